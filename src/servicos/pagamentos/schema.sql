-- One row per order: what was asked of the provider and how it ended.
-- A refund that overtakes its charge leaves a row `estornado` without value: the tombstone (K6).
create table if not exists pagamentos (
  pedido_id integer primary key,
  valor_centavos bigint check (valor_centavos > 0),
  metodo text check (metodo in ('cartao_credito', 'boleto', 'pix')),
  status text not null check (status in ('aprovado', 'rejeitado', 'pendente', 'estornado')),
  motivo text,
  data_processamento text,
  data_estorno text,
  origem text not null default 'vivo' check (origem in ('vivo', 'historico'))
);
