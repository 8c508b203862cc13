-- One row per order analysed: the verdict, and what the velocity rule counts.
create table if not exists analises (
  pedido_id integer primary key,
  cliente_id integer not null,
  valor_centavos bigint not null,
  resultado text not null check (resultado in ('aprovada', 'reprovada')),
  pontuacao integer not null check (pontuacao between 0 and 100),
  motivo text,
  instante text not null
);
create index if not exists analises_do_cliente on analises (cliente_id, instante);
