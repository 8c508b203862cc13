-- Free and reserved units of each product; free + reserved + gone never exceeds what came in.
create table if not exists produtos_local (
  produto_id integer primary key,
  inicial integer not null check (inicial >= 0),
  livre integer not null check (livre >= 0)
);
-- One row per order. A release that overtakes its reservation leaves `liberado` (K6).
create table if not exists separacao_estoque (
  pedido_id integer primary key,
  status text not null check (status in ('concluido', 'insuficiente', 'liberado')),
  motivo text,
  data_separacao text,
  data_liberacao text
);
create table if not exists itens_separacao (
  pedido_id integer not null,
  produto_id integer not null,
  quantidade integer not null check (quantidade > 0),
  primary key (pedido_id, produto_id)
);
-- Units that came in after the import, only ever added to, in commit order (ADR 0012):
-- inicial + what came in = livre + reserved or sold.
create table if not exists reposicoes (
  id integer primary key,
  causa text not null unique,         -- the act's natural name: one act, one line
  produto_id integer not null,
  quantidade integer not null check (quantidade > 0),
  livre integer not null,             -- free units right after, as a repeat is told again
  instante text not null              -- UTC, ISO 8601
);
create index if not exists reposicoes_do_produto on reposicoes (produto_id);
