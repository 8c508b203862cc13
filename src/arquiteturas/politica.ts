// Deadlines and retries, the same constants on every synchronous architecture.
import { ErroDeNegocio } from '../contratos/errors.ts'

/** Of the whole chain, from the order's acceptance; a service adds nothing to it. */
export const PRAZO_DA_CADEIA_MS = 10_000
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
