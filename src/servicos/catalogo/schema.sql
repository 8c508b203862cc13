-- What is for sale and at what price; the units are estoque's to say.
create table if not exists produtos (
  id integer primary key,
  nome text not null,
  preco_centavos bigint not null check (preco_centavos > 0)
);
-- What was done to the products since the import, only ever added to, in commit order (ADR 0012).
create table if not exists alteracoes (
  id integer primary key,
  causa text not null unique,         -- the act's natural name: one act, one line
  resumo text not null,               -- digest of what a repeat must share with the first
  produto_id integer not null references produtos (id),
  tipo text not null check (tipo in ('ProdutoCriado', 'ProdutoMudado')),
  dados text not null,                -- the product as the act left it, as JSON
  instante text not null              -- UTC, ISO 8601
);
