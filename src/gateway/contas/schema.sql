-- gateway.db: who may come in, and the keys that sign their tokens.
create table if not exists usuarios (
  id integer primary key,
  nome text not null check (nome <> ''),
  email text not null unique,         -- lower case
  senha text,                         -- argon2id, PHC string; null: this account cannot log in
  papel text not null check (papel in ('cliente', 'operador', 'admin')),
  cliente_id integer unique,          -- the client's number in the orders
  origem text not null check (origem in ('vivo', 'historico')),
  criado_em text not null,            -- UTC, ISO 8601
  check (papel <> 'cliente' or cliente_id is not null)
) strict;

-- The newest signs, all verify.
create table if not exists chaves (
  kid text primary key,
  jwk text not null,                  -- Ed25519, the private half included
  criado_em text not null
) strict;
