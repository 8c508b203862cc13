-- ecommerce.db: the shop's invented history, written once by `npm run dados` and then only read.
-- Money is counted in integer centavos (*_centavos); preco, preco_unitario and valor_total show
-- the same amount in reais and are computed on reading, so the two can never disagree.
-- Instants are UTC, ISO 8601 with milliseconds and Z: their text order is their time order.
-- SQLite enforces foreign keys per connection: `pragma foreign_keys = on` before writing.

create table produtos (
  id integer primary key check (id > 0),
  nome text not null check (nome <> ''),
  preco real generated always as (preco_centavos / 100.0) virtual,
  -- Units free today: what the orders below took is already gone.
  quantidade_estoque integer not null check (quantidade_estoque >= 0),
  preco_centavos integer not null check (preco_centavos > 0)
) strict;

create table clientes (
  id integer primary key check (id > 0),
  nome text not null check (nome <> ''),
  email text not null unique check (email like '_%@_%')
) strict;

create table pedidos (
  id integer primary key check (id > 0),
  cliente_id integer not null references clientes (id),
  data_criacao text not null
    check (data_criacao is strftime('%Y-%m-%dT%H:%M:%fZ', data_criacao)),
  status text not null check (status in (
    'pendente', 'pagamento_aprovado', 'em_separacao', 'nf_emitida', 'enviado', 'entregue',
    'cancelado', 'recusado'
  )),
  valor_total real generated always as (valor_total_centavos / 100.0) virtual,
  -- Exactly the sum of quantidade × preco_unitario_centavos over the order's items.
  valor_total_centavos integer not null check (valor_total_centavos > 0)
) strict;

create table itens_pedido (
  id integer primary key check (id > 0),
  pedido_id integer not null references pedidos (id),
  produto_id integer not null references produtos (id),
  quantidade integer not null check (quantidade > 0),
  preco_unitario real generated always as (preco_unitario_centavos / 100.0) virtual,
  -- The price on the day of the order, whatever the product costs later.
  preco_unitario_centavos integer not null check (preco_unitario_centavos > 0),
  unique (pedido_id, produto_id)
) strict;

create table pagamentos (
  id integer primary key check (id > 0),
  pedido_id integer not null unique references pedidos (id),
  data_processamento text not null
    check (data_processamento is strftime('%Y-%m-%dT%H:%M:%fZ', data_processamento)),
  status text not null check (status in ('aprovado', 'rejeitado', 'pendente', 'estornado')),
  metodo text not null check (metodo in ('cartao_credito', 'boleto', 'pix'))
) strict;

create table notas_fiscais (
  id integer primary key check (id > 0),
  pedido_id integer not null unique references pedidos (id),
  -- 1, 2, 3 … in the order of emission, without a gap.
  numero integer not null unique check (numero between 1 and 999999999),
  data_emissao text not null
    check (data_emissao is strftime('%Y-%m-%dT%H:%M:%fZ', data_emissao)),
  chave_acesso text not null unique
    check (length(chave_acesso) = 44 and chave_acesso not glob '*[^0-9]*')
) strict;

create table envios (
  id integer primary key check (id > 0),
  pedido_id integer not null unique references pedidos (id),
  nota_fiscal_id integer not null unique references notas_fiscais (id),
  data_despacho text
    check (data_despacho is strftime('%Y-%m-%dT%H:%M:%fZ', data_despacho)),
  codigo_rastreamento text not null unique
    check (codigo_rastreamento glob 'BR[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]BR'),
  status text not null check (status in ('aguardando_envio', 'enviado', 'entregue')),
  check ((status = 'aguardando_envio') = (data_despacho is null))
) strict;

-- The unique columns above have their indexes; these two serve "this client's orders" and "who
-- bought this product".
create index pedidos_por_cliente on pedidos (cliente_id);
create index itens_por_produto on itens_pedido (produto_id);
