-- What is for sale and at what price; the units are estoque's to say.
create table if not exists produtos (
  id integer primary key,
  nome text not null,
  preco_centavos bigint not null check (preco_centavos > 0)
);
