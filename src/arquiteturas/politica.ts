// Deadlines and retries, the same constants on every synchronous architecture.
import { setTimeout as esperar } from 'node:timers/promises'
import { ErroDeNegocio } from '../contratos/errors.ts'

/** Of the whole chain, from the order's acceptance; a service adds nothing to it. */
export const PRAZO_DA_CADEIA_MS = 10_000
/** Nobody is believed to wait longer than this. */
export const MAIOR_PRAZO_MS = 120_000
/** Kept back at each hop so that the caller still hears why the callee gave up. */
export const MARGEM_DO_SALTO_MS = 50
const PAUSA_DA_REPETICAO_MS = 25
/** Wait before the one repeat, drawn so that many who failed together do not come back together. */
export const pausaDaRepeticaoMs = (): number => PAUSA_DA_REPETICAO_MS * (1 + Math.random())

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

/** The one repeat of a hop, of what the caller may repeat and while the budget lasts. */
export async function comUmaRepeticao<T>(
  orcamento: Orcamento,
  cabeRepetir: (erro: unknown) => boolean,
  tentar: () => Promise<T>,
): Promise<T> {
  orcamento.gastou()
  try {
    return await tentar()
  } catch (erro) {
    if (!cabeRepetir(erro) || !orcamento.podeRepetir()) throw erro
    await esperar(pausaDaRepeticaoMs())
    return tentar()
  }
}
