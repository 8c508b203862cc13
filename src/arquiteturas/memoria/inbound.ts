// Arrives by a plain call: the door is the function itself.
import type { NomeServico } from '../../contratos/ids.ts'
import type { Atender } from '../arquitetura.ts'

/** The doors of the services that run in this process. */
export type Portas = Map<NomeServico, Atender>

export function abrirPorta(portas: Portas, nome: NomeServico, atender: Atender): Disposable {
  portas.set(nome, atender)
  return { [Symbol.dispose]: () => portas.delete(nome) }
}
