// Deadlines and retries, the same constants on every synchronous architecture.
import { setTimeout as esperar } from 'node:timers/promises'
import { ErroDeNegocio } from '../contratos/errors.ts'

export const MODOS_GRPC = ['fluxo', 'unario'] as const
/** Between our own services over gRPC: one stream for all calls, or one HTTP/2 request for each. */
export type ModoGrpc = (typeof MODOS_GRPC)[number]

/** Of the whole chain, from the order's acceptance; a service adds nothing to it. */
export const PRAZO_DA_CADEIA_MS = 10_000
/** Nobody is believed to wait longer than this. */
export const MAIOR_PRAZO_MS = 120_000
/** Kept back at each hop so that the caller still hears why the callee gave up. */
export const MARGEM_DO_SALTO_MS = 50
/** Wait before the one repeat, drawn up to twice this. */
export const PAUSA_DA_REPETICAO_MS = 25

/** Milliseconds the callee may use, or a fault when there are none left. */
export function prazoDoSalto(prazo: number | undefined): number | ErroDeNegocio {
  if (prazo === undefined) return PRAZO_DA_CADEIA_MS
  const resta = prazo - Date.now() - MARGEM_DO_SALTO_MS
  return resta > 0 ? resta : new ErroDeNegocio('prazo_esgotado')
}

/** At most one request in ten may be a repeat, with a small reserve for quiet times. */
export interface Orcamento {
  gastou(): void
  podeRepetir(): boolean
}
const RESERVA = 10
const POR_REQUISICAO = 0.1

export function criarOrcamento(): Orcamento {
  let saldo = RESERVA
  return {
    gastou() {
      saldo = Math.min(RESERVA, saldo + POR_REQUISICAO)
    },
    podeRepetir() {
      if (saldo < 1) return false
      saldo -= 1
      return true
    },
  }
}

/** The one repeat of a hop, of what failed on its own connection and while the budget lasts. */
export async function comUmaRepeticao<T>(
  orcamento: Orcamento,
  falhouNaConexao: (erro: unknown) => boolean,
  tentar: () => Promise<T>,
): Promise<T> {
  orcamento.gastou()
  try {
    return await tentar()
  } catch (erro) {
    if (!falhouNaConexao(erro) || !orcamento.podeRepetir()) throw erro
    await esperar(PAUSA_DA_REPETICAO_MS * (1 + Math.random()))
    return tentar()
  }
}
