-- One row per order. `cancelado` without a tracking code is the tombstone of a cancellation that
-- came before any shipment (K6, K7).
create table if not exists envios (
  pedido_id integer primary key,
  nota_fiscal integer,
  codigo_rastreamento text,
  status text not null
    check (status in ('aguardando_envio', 'enviado', 'entregue', 'indisponivel', 'cancelado')),
  motivo text,
  data_despacho text,
  data_entrega text,
  data_cancelamento text,
  origem text not null default 'vivo' check (origem in ('vivo', 'historico'))
);
