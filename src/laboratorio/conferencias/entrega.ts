// What goes with the parcel: one nota fiscal and one shipment for each order sent, none otherwise.
import type { Conferencias } from './livros.ts'

export const notas = {
  nota_se_enviado: `
    select v.pedido_id, v.status || ' com a nota ' || coalesce(n.status, 'por emitir') as detalhe
    from vivos v
      left join fiscal.notas_fiscais n on n.pedido_id = v.pedido_id and n.origem = 'vivo'
    where v.terminado and (coalesce(n.status, '') = 'emitida') <> v.enviado
      and 'fiscal' not in ausentes
    union all
    select n.pedido_id, 'nota ' || n.numero || ' emitida sem pedido vivo'
    from fiscal.notas_fiscais n
    where n.origem = 'vivo' and n.status = 'emitida'
      and n.pedido_id <= (select teto from parametros)
      and not exists (select 1 from vivos v where v.pedido_id = n.pedido_id)`,

  /** The series goes on from the imported one; without one it begins at 1. */
  numeracao_das_notas: `
    select pedido_id, iif(anterior is null, 'a numeração começa em ' || numero,
      'depois da nota ' || anterior || ' vem a ' || numero) as detalhe
    from (select pedido_id, origem, numero, lag(numero) over (order by numero) as anterior
      from fiscal.notas_fiscais where numero is not null)
    where origem = 'vivo' and numero <> coalesce(anterior, 0) + 1
    union all
    select pedido_id, 'a nota ' || numero || ' está abaixo das importadas'
    from fiscal.notas_fiscais
    where origem = 'vivo'
      and numero <= (select max(numero) from fiscal.notas_fiscais where origem = 'historico')`,

  chave_da_nota: `
    select pedido_id, 'nota ' || numero || ' de ' || coalesce(data_emissao, 'data nenhuma')
      || ' com a chave ' || coalesce(chave_acesso, 'por fazer') as detalhe
    from fiscal.notas_fiscais
    where origem = 'vivo' and numero is not null and not coalesce(
      chave_valida(chave_acesso)
      and cast(substr(chave_acesso, 26, 9) as integer) = numero
      and substr(chave_acesso, 3, 4) = substr(data_emissao, 3, 2) || substr(data_emissao, 6, 2),
      0)`,

  valor_da_nota: `
    select v.pedido_id, 'nota de ' || coalesce(n.valor_centavos, 'nenhum')
      || ' centavos; o total é ' || v.total_centavos as detalhe
    from vivos v join fiscal.notas_fiscais n on n.pedido_id = v.pedido_id
    where n.numero is not null and n.valor_centavos is not v.total_centavos`,
} satisfies Conferencias

export const envios = {
  envio_se_enviado: `
    select v.pedido_id, v.status || ' com o envio ' || coalesce(e.status, 'por agendar') as detalhe
    from vivos v left join logistica.envios e on e.pedido_id = v.pedido_id and e.origem = 'vivo'
    where v.terminado and (coalesce(e.status, '') in ('enviado', 'entregue')) <> v.enviado
      and 'logistica' not in ausentes
    union all
    select e.pedido_id, 'envio sem pedido vivo'
    from logistica.envios e
    where e.origem = 'vivo' and e.status in ('aguardando_envio', 'enviado', 'entregue')
      and e.pedido_id <= (select teto from parametros)
      and not exists (select 1 from vivos v where v.pedido_id = e.pedido_id)`,

  codigo_de_rastreamento: `
    select pedido_id, 'código de rastreamento ' || coalesce(codigo_rastreamento, 'por fazer')
      as detalhe
    from logistica.envios
    where origem = 'vivo' and status in ('enviado', 'entregue')
      and not (codigo_rastreamento is not null and rastreamento_valido(codigo_rastreamento))
    union all
    select max(pedido_id),
      'o código ' || codigo_rastreamento || ' serve a ' || count(*) || ' envios'
    from logistica.envios where codigo_rastreamento is not null
    group by codigo_rastreamento having count(*) > 1`,

  nota_do_envio: `
    select v.pedido_id, 'o envio leva a nota ' || coalesce(e.nota_fiscal, 'nenhuma')
      || '; a do pedido é ' || coalesce(n.numero, 'nenhuma') as detalhe
    from vivos v
      join logistica.envios e on e.pedido_id = v.pedido_id and e.status in ('enviado', 'entregue')
      left join fiscal.notas_fiscais n on n.pedido_id = v.pedido_id
    where e.nota_fiscal is not n.numero and 'fiscal' not in ausentes`,

  /** logistica knows of the delivery first; pedidos may not stay behind for good. */
  entrega_registrada: `
    select v.pedido_id, 'pedido ' || v.status || ', envio ' || e.status as detalhe
    from vivos v join logistica.envios e on e.pedido_id = v.pedido_id and e.origem = 'vivo'
    where v.enviado and (v.status = 'entregue') <> (e.status = 'entregue')
      and (v.status = 'entregue' or not (select aceita_abertos from parametros))`,
} satisfies Conferencias
