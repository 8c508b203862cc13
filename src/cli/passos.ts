// A step of an order in plain words, and the lines in which a person reads it.
import { styleText } from 'node:util'
import type { StatusPedido, TipoEvento } from '../contratos/eventos.ts'

/** One event of any service's log, as the gateway shows it. */
export interface Passo {
  readonly servico: string
  readonly evento: string
  /** The natural name of the command that it answers: never twice in one order. */
  readonly causa: string
  /** Since the order's first step. */
  readonly ms: number
  readonly dados: Readonly<Record<string, unknown>>
}
export interface Rastro {
  readonly passos: readonly Passo[]
  /** Services whose log could not be read now. */
  readonly indisponiveis: readonly string[]
}

const PALAVRAS: Readonly<Record<TipoEvento, string>> = {
  PedidoCriado: 'pedido criado',
  AnaliseAprovada: 'análise aprovada',
  AnaliseReprovada: 'análise reprovada',
  PagamentoAprovado: 'pagamento aprovado',
  PagamentoRejeitado: 'pagamento rejeitado',
  EstoqueSeparado: 'estoque separado',
  EstoqueInsuficiente: 'estoque insuficiente',
  NotaEmitida: 'nota fiscal emitida',
  NotaRejeitada: 'nota fiscal rejeitada',
  EnvioAgendado: 'envio agendado',
  EnvioIndisponivel: 'envio indisponível',
  EntregaSolicitada: 'entrega informada',
  EntregaConfirmada: 'entrega confirmada',
  CancelamentoSolicitado: 'cancelamento pedido',
  CancelamentoRecusado: 'cancelamento recusado',
  EnvioCancelado: 'envio cancelado',
  NotaCancelada: 'nota fiscal cancelada',
  EstoqueLiberado: 'estoque devolvido',
  PagamentoEstornado: 'pagamento estornado',
  StatusRegistrado: 'status anotado',
  PedidoConcluido: 'pedido concluído',
  PedidoCancelado: 'pedido cancelado',
  PedidoRecusado: 'pedido recusado',
}

const STATUS: Readonly<Record<StatusPedido, string>> = {
  pendente: 'pendente',
  pagamento_aprovado: 'pagamento aprovado',
  em_separacao: 'em separação',
  nf_emitida: 'nota emitida',
  enviado: 'enviado',
  entregue: 'entregue',
  cancelado: 'cancelado',
  recusado: 'recusado',
}
export const statusEmPalavras = (status: string): string =>
  Object.hasOwn(STATUS, status) ? STATUS[status as StatusPedido] : status

/** The details worth a person's while; the rest of the event is in --json. */
const MOSTRADOS = ['motivo', 'codigo_rastreamento', 'numero'] as const

export function emPalavras({ evento, dados }: Passo): string {
  const nome = Object.hasOwn(PALAVRAS, evento) ? PALAVRAS[evento as TipoEvento] : evento
  const status = evento === 'StatusRegistrado' ? statusEmPalavras(String(dados.status)) : undefined
  const detalhes = [status, ...MOSTRADOS.map((campo) => dados[campo])]
  const ditos = detalhes.filter((um) => typeof um === 'string' || typeof um === 'number')
  return ditos.length > 0 ? `${nome} (${ditos.join(', ')})` : nome
}

export function linhaDoPasso(passo: Passo): string {
  const tempo = styleText('dim', `${milesimos(passo.ms).padStart(7)} ms`)
  return `  ${tempo}  ${passo.servico.padEnd(12)}${emPalavras(passo)}`
}

export const milesimos = (ms: number): string => Math.round(ms).toLocaleString('pt-BR')
