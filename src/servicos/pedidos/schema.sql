-- The orders. A live order is unfinished until `encerrado`; the resumer walks just those.
create table if not exists pedidos (
  id integer primary key,
  cliente_id integer not null,
  arquitetura text not null,
  origem text not null default 'vivo' check (origem in ('vivo', 'historico')),
  status text not null check (status in ('pendente', 'pagamento_aprovado', 'em_separacao',
    'nf_emitida', 'enviado', 'entregue', 'cancelado', 'recusado')),
  motivo text,
  metodo text check (metodo in ('cartao_credito', 'boleto', 'pix')),
  total_centavos bigint not null check (total_centavos > 0),
  chave_simulacao text,
  cancelamento text,                  -- why a cancellation was asked for, once it was
  encerrado integer not null default 0 check (encerrado in (0, 1)),
  traceparent text,
  criado_em text not null,
  atualizado_em text not null
);
drop index if exists pedidos_do_cliente;  -- of the release 0.1.0
create index if not exists pedidos_por_data on pedidos (criado_em, id);
create index if not exists pedidos_do_cliente_por_data on pedidos (cliente_id, criado_em, id);
create index if not exists pedidos_do_status_e_arquitetura_por_data
  on pedidos (status, arquitetura, criado_em, id);
create index if not exists pedidos_da_arquitetura_por_data on pedidos (arquitetura, criado_em, id);
create index if not exists pedidos_abertos on pedidos (id)
  where encerrado = 0 and origem = 'vivo';

create table if not exists itens_pedido (
  pedido_id integer not null references pedidos (id),
  produto_id integer not null,
  quantidade integer not null check (quantidade > 0),
  preco_unitario_centavos bigint not null check (preco_unitario_centavos >= 0),
  primary key (pedido_id, produto_id)
);

-- Orders whose flow met something that no repeat can mend: shown, counted, ended by a person.
create table if not exists retidos (
  pedido_id integer primary key references pedidos (id),
  codigo text not null,
  mensagem text not null,
  desde text not null
);

-- The dead letters of all consumer groups, as they came: shown, counted, sent again by a person, or
-- by itself when the fault might have passed.
create table if not exists mortas (
  id integer primary key,
  grupo text not null,
  topico text not null,               -- where it stood, by our name, with the two below
  particao integer not null,
  deslocamento text not null,
  codigo text not null,
  detalhe text not null,
  passageira integer not null check (passageira in (0, 1)),
  pedido_id integer,                  -- when the message says one
  chave text,                         -- this and the next two in base64: they need not be text
  valor text,
  cabecalhos text not null,
  instante text not null,
  recusa text,                        -- why it cannot be sent again, where it cannot
  reenviada_em text,
  unique (grupo, topico, particao, deslocamento, instante)
);
create index if not exists mortas_a_reenviar on mortas (id) where reenviada_em is null;
create index if not exists mortas_passageiras on mortas (id)
  where passageira = 1 and reenviada_em is null;
create index if not exists mortas_da_mensagem on mortas (topico, particao, deslocamento);
create index if not exists mortas_do_pedido on mortas (pedido_id);
create index if not exists mortas_do_grupo on mortas (grupo, id);
