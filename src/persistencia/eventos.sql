-- The append-only log of a service: what it did, the memory of commands, and the outbox, in one.
create table if not exists eventos (
  id integer primary key,             -- commit order; in SQLite this is the row's own number
  causa text not null unique,         -- the command's natural name: one command, one event
  resumo text not null,               -- digest of what a repeat must share with the first
  pedido_id integer not null,
  tipo text not null,
  dados text not null,                -- the event as JSON
  arquitetura text not null,
  traceparent text not null,
  instante text not null              -- UTC, ISO 8601
);
create index if not exists eventos_do_pedido on eventos (pedido_id);

-- One row once the synthetic data has been read in.
create table if not exists importacao (instante text primary key);
