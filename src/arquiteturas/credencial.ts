// The secret that our own processes share, where their ports are open to other machines: what it is
// called on every wire, and how a claim is compared with it.
import { timingSafeEqual } from 'node:crypto'
import { ErroDeNegocio } from '../contratos/errors.ts'

/** As an HTTP header and as a key of gRPC's metadata. */
export const CREDENCIAL = 'x-credencial-de-servico'

/** Undefined where none is asked for: then none is sent or demanded. */
export type Credencial = string | undefined

/** In a time that says nothing of how much of a claim was right. */
export function criarConferencia(credencial: string): (dita: unknown) => boolean {
  const certa = Buffer.from(credencial)
  return (dita) => {
    const bytes = Buffer.from(typeof dita === 'string' ? dita : '')
    return bytes.length === certa.length && timingSafeEqual(bytes, certa)
  }
}

/** What our own processes say of themselves. */
export const cabecalhosDaCredencial = (credencial: Credencial): Readonly<Record<string, string>> =>
  credencial === undefined ? {} : { [CREDENCIAL]: credencial }

/**
 * A neighbour that does not take ours: a configuration that somebody will put right, so that orders
 * wait for it and are not held; and no fault of whoever asked us.
 */
export const credencialRecusada = (): ErroDeNegocio =>
  new ErroDeNegocio('servico_indisponivel', 'O serviço não aceitou a nossa credencial.')
