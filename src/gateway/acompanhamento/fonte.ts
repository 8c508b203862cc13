// Where changes of status come from: pedidos' own log, whatever architecture carried the order.
import type { PedidoId } from '../../contratos/ids.ts'
import type { Mudancas } from '../../servicos/pedidos/mudancas.ts'
import { type Consulta, lerSucesso, type Servicos } from '../servicos.ts'

export interface Fonte {
  /** Where the log ends now. */
  fim(sinal?: AbortSignal): Promise<number>
  /** Changes after a place, in order; waits for the next one when `aguardar`. */
  apos(lugar: number, aguardar: boolean, sinal: AbortSignal): Promise<Mudancas>
  /** One order's, from its first. */
  doPedido(id: PedidoId, traceparent: string): Promise<Mudancas>
}

/** Nothing lies after it: pedidos answers where its log ends. */
const ALEM_DO_FIM = Number.MAX_SAFE_INTEGER
const AGUARDA_MS = 20_000
const LEITURA_MS = 2_000

export function fonteEmPedidos(servicos: Servicos): Fonte {
  async function ler(busca: string, resto?: Partial<Consulta>): Promise<Mudancas> {
    const caminho = `/interno/mudancas?${busca}`
    const consulta = { metodo: 'GET', caminho, esperaMs: LEITURA_MS, ...resto } as const
    return lerSucesso('pedidos', await servicos.pedir('pedidos', consulta))
  }

  return {
    async fim(sinal) {
      const lidas = await ler(`apos=${ALEM_DO_FIM}&limite=1`, sinal && { sinal })
      return lidas.ate
    },
    apos(lugar, aguardar, sinal) {
      const aguardaMs = aguardar ? AGUARDA_MS : 0
      const esperaMs = aguardaMs + LEITURA_MS
      return ler(`apos=${lugar}&espera_ms=${aguardaMs}`, { sinal, esperaMs })
    },
    doPedido: (id, traceparent) => ler(`pedido_id=${id}`, { cabecalhos: { traceparent } }),
  }
}
