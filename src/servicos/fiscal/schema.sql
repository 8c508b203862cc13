-- One row per order. `numero` has no gap: a cancelled nota keeps its number, a refusal takes none.
-- `impedida` is the tombstone of a cancellation that overtook the issue (K6).
create table if not exists notas_fiscais (
  pedido_id integer primary key,
  numero integer unique,
  chave_acesso text unique,
  valor_centavos bigint,
  status text not null check (status in ('emitida', 'cancelada', 'rejeitada', 'impedida')),
  motivo text,
  data_emissao text,
  data_cancelamento text,
  origem text not null default 'vivo' check (origem in ('vivo', 'historico')),
  check ((numero is null) = (status in ('rejeitada', 'impedida')))
);
