// What goes down a stream of events (WHATWG HTML, server-sent events), as text.
import type { StatusPedido } from '../../contratos/eventos.ts'
import type { Mudanca } from '../../servicos/pedidos/mudancas.ts'

const RECONECTAR_MS = 2_000
export const ABERTURA = `retry: ${RECONECTAR_MS}\n\n`
/** A comment: keeps the way open, and is how either end learns that the other is gone. */
export const PULSO = ':\n\n'

/** No event, but what the client sends back as Last-Event-ID from now on. */
export const mensagemDeLugar = (lugar: number): string => `id: ${lugar}\n\n`

const ABSORVENTES: ReadonlySet<StatusPedido> = new Set(['entregue', 'cancelado', 'recusado'])
/** Nothing follows such a status. */
export const acabou = (status: StatusPedido): boolean => ABSORVENTES.has(status)

export function mensagemDeStatus({ id, cliente_id: _, ...dados }: Mudanca): string {
  return `id: ${id}\nevent: status\ndata: ${JSON.stringify(dados)}\n\n`
}

export const mensagemDeFim = ({ pedido_id, status }: Mudanca): string =>
  `event: fim\ndata: ${JSON.stringify({ pedido_id, status })}\n\n`

const DETALHE = 'O que mudou desde o seu Last-Event-ID não está mais guardado: leia de novo.'

/** Its `id` is where the stream goes on from. */
export const mensagemDeReinicio = (lugar: number): string =>
  `id: ${lugar}\nevent: reinicio\ndata: ${JSON.stringify({ detalhe: DETALHE })}\n\n`
