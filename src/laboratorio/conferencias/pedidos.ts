// The orders themselves: none lost, none stuck, each in the status that its own events say.
import { MUDANCAS } from './gramatica.ts'
import type { Conferencias } from './livros.ts'

export const pedidos = {
  parados: `
    select v.pedido_id, 'parado em ' || v.status as detalhe
    from vivos v
    where not v.terminado and not (select aceita_abertos from parametros)
      and not exists (select 1 from pedidos.retidos r where r.pedido_id = v.pedido_id)`,

  retidos: `
    select pedido_id, 'retido desde ' || desde || ' (' || codigo || '): ' || mensagem as detalhe
    from pedidos.retidos`,

  /** The resumer walks what is not `encerrado`: a wrong flag would hide an order for ever. */
  encerramento: `
    select p.id as pedido_id, p.status || ' com encerrado = ' || p.encerrado as detalhe
    from pedidos.pedidos p join vivos v on v.pedido_id = p.id
    where p.encerrado <> v.terminado
    union all
    select id, status || ' sem motivo' from pedidos.pedidos
    where origem = 'vivo' and status in ('cancelado', 'recusado') and coalesce(motivo, '') = ''`,

  numero_do_pedido: `
    select v.pedido_id, 'número de pedido vivo até o maior importado, ou abaixo de 1001' as detalhe
    from vivos v
    where v.pedido_id < 1001
      or v.pedido_id <= (select max(id) from pedidos.pedidos where origem = 'historico')`,

  criacao_do_pedido: `
    select v.pedido_id, 'há ' || coalesce(p.PedidoCriado, 0) || ' eventos PedidoCriado' as detalhe
    from vivos v left join passos_pedidos p on p.pedido_id = v.pedido_id
    where coalesce(p.PedidoCriado, 0) <> 1
    union all
    select p.pedido_id, 'criado e perdido: não está entre os pedidos vivos'
    from passos_pedidos p
    where not exists (select 1 from vivos v where v.pedido_id = p.pedido_id)
      and not exists (select 1 from pedidos.pedidos h
        where h.id = p.pedido_id and h.origem = 'historico' and coalesce(p.PedidoCriado, 0) = 0)
    union all
    select v.pedido_id, 'o pedido não é o que foi criado: ' || e.dados
    from vivos v
      join passos_pedidos p on p.pedido_id = v.pedido_id
      join pedidos.eventos e on e.id = p.PedidoCriado_id
    where json_valid(e.dados) and not (
      e.dados ->> '$.valor_centavos' is v.total_centavos
      and e.dados ->> '$.cliente_id' is v.cliente_id
      and e.dados ->> '$.metodo' is v.metodo)`,

  status_dos_eventos: `
    with ultimos as (
      select pedido_id, status, max(id) from mudancas where mudou group by pedido_id)
    select v.pedido_id, 'está ' || v.status || '; o último evento diz '
      || coalesce(u.status, 'pendente') as detalhe
    from vivos v left join ultimos u on u.pedido_id = v.pedido_id
    where v.status is not coalesce(u.status, 'pendente')`,

  /** Each change of status says the status of its step, and the step stands in its own log. */
  mudanca_com_passo: MUDANCAS.map(
    ({ tipo, causa, status, passo, servico }) => `
    select m.pedido_id, m.causa || ' deu ' || coalesce(m.status, 'nada') || ' com '
      || coalesce(p.${passo}, 0) || ' ${passo}' as detalhe
    from mudancas m left join passos_${servico} p on p.pedido_id = m.pedido_id
    where '${servico}' not in ausentes
      and m.tipo = '${tipo}' and m.causa = m.pedido_id || '/${causa}'
      and (coalesce(p.${passo}, 0) = 0 or (m.mudou and m.status is not '${status}'))`,
  ).join('\n    union all'),
} satisfies Conferencias
