// What the client is told of its order, how, and what became of it: shared by the subscriber, the
// gateway and the terminal.
import { STATUS, type StatusPedido } from './eventos.ts'
import type { ClienteId, Instante, PedidoId } from './ids.ts'

export const CANAIS = ['registro', 'arquivo', 'smtp'] as const
export type NomeCanal = (typeof CANAIS)[number]

/** Only the first changes by itself. */
export const ESTADOS_DA_NOTIFICACAO = [
  'pendente',
  'enviado',
  'desistiu',
  'dispensado',
  'sem_endereco',
] as const
export type EstadoDaNotificacao = (typeof ESTADOS_DA_NOTIFICACAO)[number]

/** What an account wants to be told by e-mail. */
export interface Preferencias {
  readonly email: boolean
  readonly status: readonly StatusPedido[]
}
export const PREFERENCIAS_PADRAO: Preferencias = { email: true, status: STATUS }

/** How a client is reached: in no topic and in no log, asked of the gateway when it is needed. */
export interface Contato {
  readonly nome: string
  readonly email: string
  readonly preferencias: Preferencias
}

/** One change of status on one channel. */
export interface Notificacao {
  readonly id: number
  readonly pedido_id: PedidoId
  readonly cliente_id: ClienteId
  readonly status: StatusPedido
  readonly canal: NomeCanal
  /** When the order changed. */
  readonly instante: Instante
  readonly estado: EstadoDaNotificacao
  /** Those that failed. */
  readonly tentativas: number
  /** When it is tried next; null once it has ended. */
  readonly proxima_em: Instante | null
  readonly encerrada_em: Instante | null
  /** Why the last try failed. */
  readonly erro: string | null
}
