// The one port by which a notice leaves; each of its siblings is a way out.
import type { NomeCanal } from '../../../contratos/notificacoes.ts'
import type { Mudanca } from '../mensagem.ts'

export interface Destinatario {
  /** One line, whatever its owner typed. */
  readonly nome: string
  readonly email: string
}
export interface Aviso extends Mudanca {
  /** Undefined on a channel that does not ask for one. */
  readonly para: Destinatario | undefined
}

export interface Canal {
  readonly nome: NomeCanal
  /** Needs to know where the client is, and heeds what it does not want. */
  readonly porEmail: boolean
  /**
   * Resolves when the notice is out for good. May be called again with the same notice, after a
   * crash that came before that was written down. Errors: RecusaDefinitiva, or whatever may pass.
   */
  enviar(aviso: Aviso, signal: AbortSignal): Promise<void>
}

/** No repeat would help: it said so. */
export class RecusaDefinitiva extends Error {
  override readonly name = 'RecusaDefinitiva'
}
