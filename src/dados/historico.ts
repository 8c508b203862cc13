// Orders into rows, in the sequence of their creation, with everything that followed each of them.
import type { StatusPedido } from '../contratos/eventos.ts'
import type { PorBloco } from './blocos.ts'
import { sortearCriacao } from './datas.ts'
import type { Insercoes } from './insercoes.ts'
import { abrirFilaDeNotas } from './notas.ts'
import { type Loja, type PedidoHistorico, sortearPedido } from './pedido.ts'
import type { Sorteio } from './sorteio.ts'

/** How many rows the orders left in each table. */
export type Movimento = {
  readonly itens: number
  readonly pagamentos: number
  readonly notas: number
  readonly envios: number
  /** Orders by status; only the statuses that occur. */
  readonly porStatus: Partial<Record<StatusPedido, number>>
}

export async function gravarHistorico(
  inserir: Insercoes,
  sorteio: Sorteio,
  loja: Loja,
  pedidos: number,
  porBloco: PorBloco,
): Promise<Movimento> {
  const fila = abrirFilaDeNotas(sorteio, inserir)
  const porStatus: Movimento['porStatus'] = {}
  let itens = 0
  let pagamentos = 0
  await porBloco(pedidos, (primeiro, ultimo) => {
    let criadoEm = 0
    for (let id = primeiro; id <= ultimo; id++) {
      criadoEm = sortearCriacao(sorteio, loja.agora, id - 1, pedidos)
      const pedido = sortearPedido(sorteio, loja, criadoEm)
      gravarPedido(inserir, id, pedido)
      if (pedido.nota) fila.guardar(id, pedido.nota)
      if (pedido.pagamento) pagamentos++
      itens += pedido.itens.length
      porStatus[pedido.status] = (porStatus[pedido.status] ?? 0) + 1
    }
    // Later orders are younger than this one, and their notas younger still.
    fila.emitirAte(criadoEm)
  })
  fila.emitirAte(loja.agora)
  return { itens, pagamentos, notas: fila.notas, envios: fila.envios, porStatus }
}

function gravarPedido(inserir: Insercoes, id: number, pedido: PedidoHistorico): void {
  const { clienteId, criadoEm, status, totalCentavos, itens, pagamento } = pedido
  inserir.pedido.run(id, clienteId, new Date(criadoEm).toISOString(), status, totalCentavos)
  for (const { produtoId, quantidade, precoUnitarioCentavos } of itens) {
    inserir.item.run(id, produtoId, quantidade, precoUnitarioCentavos)
  }
  if (!pagamento) return
  const processamento = new Date(pagamento.processadoEm).toISOString()
  inserir.pagamento.run(id, processamento, pagamento.status, pagamento.metodo)
}
