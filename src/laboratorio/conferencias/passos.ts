// The steps, read from every service's log: all of them forward for an order that was shipped, and
// each one taken back for an order that was not.
import { IDA } from './gramatica.ts'
import type { Conferencias } from './livros.ts'

const unir = (consultas: readonly string[]): string => consultas.join('\n    union all')

export const passos = {
  passos_completos: unir(
    IDA.map(
      ({ servico, evento }) => `
    select v.pedido_id, v.status || ' com ' || coalesce(p.${evento}, 0) || ' ${evento}' as detalhe
    from vivos v left join passos_${servico} p on p.pedido_id = v.pedido_id
    where v.enviado and coalesce(p.${evento}, 0) <> 1 and '${servico}' not in ausentes`,
    ),
  ),

  desfeito_por_inteiro: unir(
    IDA.filter(({ volta }) => volta !== undefined).map(
      ({ servico, evento, volta }) => `
    select v.pedido_id, v.status || ' com ${evento}${volta ? ` e sem ${volta}` : ''}' as detalhe
    from vivos v join passos_${servico} p on p.pedido_id = v.pedido_id
    where v.terminado and not v.enviado and p.${evento} > 0${volta ? ` and p.${volta} = 0` : ''}`,
    ),
  ),

  /** An order is given up only after a refusal, or after its money was given back. */
  fim_com_causa: `
    select v.pedido_id, v.status || ' sem pagamento rejeitado nem estornado' as detalhe
    from vivos v left join passos_pagamentos p on p.pedido_id = v.pedido_id
    where v.status = 'cancelado' and 'pagamentos' not in ausentes
      and coalesce(p.PagamentoRejeitado, 0) + coalesce(p.PagamentoEstornado, 0) = 0
    union all
    select v.pedido_id, v.status || ' sem análise reprovada'
    from vivos v left join passos_antifraude p on p.pedido_id = v.pedido_id
    where v.status = 'recusado' and 'antifraude' not in ausentes
      and coalesce(p.AnaliseReprovada, 0) = 0`,

  um_fim_so: `
    select m.pedido_id, count(*) || ' fins: ' || group_concat(m.tipo, ', ') as detalhe
    from passos_pedidos p cross join mudancas m on m.pedido_id = p.pedido_id
    where p.PedidoConcluido + p.PedidoCancelado + p.PedidoRecusado > 1
      and m.mudou and m.tipo in ('PedidoConcluido', 'PedidoCancelado', 'PedidoRecusado')
    group by m.pedido_id having count(*) > 1`,

  /** Each instant is when that command arrived, which is after the event that sent it. */
  ordem_dos_passos: unir(
    IDA.slice(1).map((depois, i) => {
      const antes = IDA[i]!
      const [primeiro, segundo] = [`a.${antes.evento}_em`, `d.${depois.evento}_em`]
      return `
    select v.pedido_id, '${depois.evento} (' || ${segundo} || ') antes de ${antes.evento} ('
      || ${primeiro} || ')' as detalhe
    from vivos v
      join passos_${antes.servico} a on a.pedido_id = v.pedido_id
      join passos_${depois.servico} d on d.pedido_id = v.pedido_id
    where v.enviado and ${segundo} < ${primeiro}`
    }),
  ),
} satisfies Conferencias
