-- gateway.db: who may come in, the sessions under way, the keys that sign their tokens, and the
-- record of who did what.
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

create table if not exists perfis (
  usuario_id integer primary key references usuarios (id),
  cpf text not null check (length(cpf) = 11)    -- digits; never shown whole
) strict;

create table if not exists preferencias (
  usuario_id integer primary key references usuarios (id),
  por_email integer not null check (por_email in (0, 1)),
  status text not null                -- JSON: the changes of an order that it wants to hear of
) strict;

create table if not exists sessoes (
  id text primary key,                -- the claim `sid` of its access tokens
  usuario_id integer not null references usuarios (id),
  familia text not null unique,       -- SHA-256 of what all its renewal codes have in common
  renovacao text not null,            -- SHA-256 of the one code that is in force
  criada_em text not null,
  expira_em text not null,            -- when the code in force stops working
  encerrada_em text                   -- null: alive until expira_em
) strict;
create index if not exists sessoes_por_usuario on sessoes (usuario_id);
create index if not exists sessoes_por_expiracao on sessoes (expira_em);

-- The newest signs; one that was replaced verifies until its last token has expired.
create table if not exists chaves (
  kid text primary key,
  jwk text not null,                  -- Ed25519, the private half included
  criado_em text not null
) strict;

-- No password, token, renewal code, whole e-mail or CPF is ever in here.
create table if not exists auditoria (
  id integer primary key,
  instante text not null,
  usuario_id integer,                 -- null: nobody had come in
  papel text,
  acao text not null,
  metodo text not null,
  alvo text not null,                 -- the path, without its query
  endereco text not null,             -- the caller's network address
  traceparent text not null,
  status integer,                     -- null: not answered, or ended by a crash before the answer
  detalhe text
) strict;
-- Each kind has its own quota of rows: those of the staff, and those of everybody else.
create index if not exists auditoria_da_equipe
  on auditoria (coalesce(papel, 'cliente') <> 'cliente');
