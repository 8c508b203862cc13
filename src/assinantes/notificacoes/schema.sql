-- notificacoes.db: what each client is to be told of its order, once for each channel. No name and
-- no address is in here: they are asked for when a notice leaves.
create table if not exists notificacoes (
  id integer primary key,             -- the order of arrival
  pedido_id integer not null,
  status text not null,
  canal text not null,
  cliente_id integer not null,
  instante text not null,             -- when the order changed; all instants are UTC, ISO 8601
  estado text not null default 'pendente'
    check (estado in ('pendente', 'enviado', 'desistiu', 'dispensado', 'sem_endereco')),
  tentativas integer not null default 0,    -- those that failed
  recebida_em text not null,
  proxima_em text,                    -- when it is tried next; null: it has ended
  falha_desde text,                   -- since when its channel fails; null: it does not
  encerrada_em text,
  erro text,                          -- of the last try
  unique (pedido_id, canal, status),
  check ((estado = 'pendente') = (proxima_em is not null)),
  check ((estado = 'pendente') = (encerrada_em is null))
) strict;

create index if not exists pendentes on notificacoes (canal, proxima_em, id)
  where estado = 'pendente';
create index if not exists encerradas on notificacoes (encerrada_em) where estado <> 'pendente';
