// What travels with a command, and what comes back.
import { randomUUID } from 'node:crypto'
import { type Comando, causaDe } from './comandos.ts'
import type { ErroDeNegocio } from './errors.ts'
import type { Evento, EventoGravado } from './eventos.ts'
import { agora, type Causa, type Instante, type NomeArquitetura } from './ids.ts'

export interface Envelope<C extends Comando = Comando> {
  readonly causa: Causa
  readonly comando: C
  readonly arquitetura: NomeArquitetura
  /** W3C Trace Context, the same along the whole order. */
  readonly traceparent: string
  /** When the command arrived at this service. */
  readonly instante: Instante
  /** Epoch milliseconds after which nobody waits for the answer any more; read when it matters. */
  readonly prazo?: number | undefined
}

export type Resultado<E extends Evento = Evento> =
  | { readonly ok: true; readonly gravado: EventoGravado<E>; readonly repetido: boolean }
  | { readonly ok: false; readonly erro: ErroDeNegocio }

/** A service turns commands into events, durably, once per command; result i answers command i. */
export interface Servico {
  handle(lote: readonly Envelope[]): Promise<readonly Resultado[]>
}

export interface Contexto {
  readonly arquitetura: NomeArquitetura
  readonly traceparent: string
  readonly prazo?: number | undefined
}

export function envelopar<C extends Comando>(comando: C, contexto: Contexto): Envelope<C> {
  const { arquitetura, traceparent, prazo } = contexto
  const comum = { causa: causaDe(comando), comando, arquitetura, traceparent, instante: agora() }
  return prazo === undefined ? comum : { ...comum, prazo }
}

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The caller's traceparent if it is well formed, else a new one. */
export function rastreio(recebido?: unknown): string {
  if (typeof recebido === 'string' && TRACEPARENT.test(recebido)) return recebido
  const hex = () => randomUUID().replaceAll('-', '')
  return `00-${hex()}-${hex().slice(16)}-01`
}
