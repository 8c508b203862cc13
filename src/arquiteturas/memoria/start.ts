// The reference implementation: the oracle of the tests and the first reading. Not public.
import type { NomeServico } from '../../contratos/ids.ts'
import type { Atender, Enviar } from '../arquitetura.ts'
import { abrirPorta, type Portas } from './inbound.ts'
import { criarEnviar } from './outbound.ts'

export interface MemoriaAberta extends Disposable {
  readonly enviar: Enviar
}

/** `criarAtender` gets the way out, because the door continues by it. */
export function abrirMemoria(
  portas: Portas,
  nome: NomeServico,
  criarAtender: (enviar: Enviar) => Atender,
): MemoriaAberta {
  const enviar = criarEnviar(portas)
  const porta = abrirPorta(portas, nome, criarAtender(enviar))
  return { enviar, [Symbol.dispose]: () => porta[Symbol.dispose]() }
}
