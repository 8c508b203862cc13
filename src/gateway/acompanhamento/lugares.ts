// How many streams may be open: in all, and for one account.
import { ErroDeNegocio } from '../../contratos/errors.ts'

export const MAXIMO_DE_FLUXOS = 2_000
export const MAXIMO_POR_CONTA = 50

export interface Lugares {
  readonly ocupadas: number
  /** Errors: ErroDeNegocio sobrecarregado | limite_excedido. Disposing it twice is harmless. */
  ocupar(conta: number): Disposable
}

export function criarLugares(
  maximo = MAXIMO_DE_FLUXOS,
  maximoPorConta = MAXIMO_POR_CONTA,
): Lugares {
  const porConta = new Map<number, number>()
  let ocupadas = 0
  return {
    get ocupadas() {
      return ocupadas
    },
    ocupar(conta) {
      if (ocupadas >= maximo) {
        throw new ErroDeNegocio('sobrecarregado', 'Há fluxos de eventos demais abertos.')
      }
      const suas = porConta.get(conta) ?? 0
      if (suas >= maximoPorConta) {
        const detalhe = `Esta conta já tem ${maximoPorConta} fluxos de eventos abertos.`
        throw new ErroDeNegocio('limite_excedido', detalhe)
      }
      ocupadas += 1
      porConta.set(conta, suas + 1)
      let devolvida = false
      return {
        [Symbol.dispose]() {
          if (devolvida) return
          devolvida = true
          ocupadas -= 1
          const restam = (porConta.get(conta) ?? 1) - 1
          if (restam > 0) porConta.set(conta, restam)
          else porConta.delete(conta)
        },
      }
    },
  }
}
