// The whole business flow on one page: every event → the next command, or the end (K3).
// Two rails: forward down to the shipment, back up through the compensations.
import {
  type Comando,
  type ComandoDe,
  type ComMotivo,
  doPedido,
  type TipoComando,
} from './comandos.ts'
import type { Evento, EventoDe, Respostas, StatusPedido, TipoEvento } from './eventos.ts'

const FIM = 'fim'
type Continuacao<E> = ((evento: E) => Comando) | typeof FIM

const comMotivo = (e: ComMotivo): ComMotivo => ({ ...doPedido(e), motivo: e.motivo })

const cancelarNota = (e: ComMotivo) => ({ tipo: 'CancelarNota', ...comMotivo(e) }) as const
const liberarEstoque = (e: ComMotivo) => ({ tipo: 'LiberarEstoque', ...comMotivo(e) }) as const
const estornar = (e: ComMotivo) => ({ tipo: 'Estornar', ...comMotivo(e) }) as const
const cancelarPedido = (e: ComMotivo) => ({ tipo: 'CancelarPedido', ...comMotivo(e) }) as const

export const fluxo: { readonly [T in TipoEvento]: Continuacao<EventoDe<T>> } = {
  PedidoCriado: (e) => ({
    ...doPedido(e),
    tipo: 'AnalisarPedido',
    cliente_id: e.cliente_id,
    itens: e.itens.map(({ produto_id, quantidade }) => ({ produto_id, quantidade })),
    valor_centavos: e.valor_centavos,
    metodo: e.metodo,
  }),
  AnaliseAprovada: (e) => ({
    ...doPedido(e),
    tipo: 'AutorizarPagamento',
    valor_centavos: e.valor_centavos,
    metodo: e.metodo,
    itens: e.itens,
  }),
  PagamentoAprovado: (e) => ({
    ...doPedido(e),
    tipo: 'SepararEstoque',
    itens: e.itens,
    valor_centavos: e.valor_centavos,
  }),
  EstoqueSeparado: (e) => ({
    ...doPedido(e),
    tipo: 'EmitirNota',
    valor_centavos: e.valor_centavos,
  }),
  NotaEmitida: (e) => ({ ...doPedido(e), tipo: 'AgendarEnvio', nota: e.numero }),
  EnvioAgendado: (e) => ({ ...doPedido(e), tipo: 'ConcluirPedido' }),

  EntregaSolicitada: (e) => ({ ...doPedido(e), tipo: 'ConfirmarEntrega' }),
  CancelamentoSolicitado: (e) => ({ tipo: 'CancelarEnvio', ...comMotivo(e) }),
  EnvioIndisponivel: cancelarNota,
  EnvioCancelado: cancelarNota,
  NotaRejeitada: liberarEstoque,
  NotaCancelada: liberarEstoque,
  EstoqueInsuficiente: estornar,
  EstoqueLiberado: estornar,
  PagamentoRejeitado: cancelarPedido,
  PagamentoEstornado: cancelarPedido,
  AnaliseReprovada: (e) => ({ tipo: 'RecusarPedido', ...comMotivo(e) }),

  PedidoConcluido: FIM,
  PedidoCancelado: FIM,
  PedidoRecusado: FIM,
  CancelamentoRecusado: FIM,
  EntregaConfirmada: FIM,
  StatusRegistrado: FIM,
}

/** The command that follows an event, or `undefined` at the end. */
export function proximo(evento: Evento): Comando | undefined {
  const continuacao = fluxo[evento.tipo] as Continuacao<Evento>
  return continuacao === FIM ? undefined : continuacao(evento)
}

/** The order's status once pedidos has taken note of a step done elsewhere. */
export const statusApos: { readonly [T in TipoEvento]?: StatusPedido } = {
  PagamentoAprovado: 'pagamento_aprovado',
  EstoqueSeparado: 'em_separacao',
  NotaEmitida: 'nf_emitida',
  EntregaConfirmada: 'entregue',
}

/** What pedidos records of a step done elsewhere, if its status moves with it. */
export function registro(evento: Evento): ComandoDe<'Registrar'> | undefined {
  if (statusApos[evento.tipo] === undefined) return undefined
  return { ...doPedido(evento), tipo: 'Registrar', evento: evento.tipo }
}

/** Forward commands and what undoes each on the way back; `null` where nothing is left behind. */
export const compensacao = {
  AnalisarPedido: null,
  AutorizarPagamento: 'Estornar',
  SepararEstoque: 'LiberarEstoque',
  EmitirNota: 'CancelarNota',
  AgendarEnvio: 'CancelarEnvio',
} as const satisfies { readonly [T in TipoComando]?: TipoComando | null }

export const ehDeIda = (tipo: TipoComando): boolean => tipo in compensacao

/** The events that may answer each command, for whoever reads a reply from outside. */
export const respostas: { readonly [T in TipoComando]: readonly Respostas[T]['tipo'][] } = {
  CriarPedido: ['PedidoCriado'],
  AnalisarPedido: ['AnaliseAprovada', 'AnaliseReprovada'],
  AutorizarPagamento: ['PagamentoAprovado', 'PagamentoRejeitado'],
  SepararEstoque: ['EstoqueSeparado', 'EstoqueInsuficiente'],
  EmitirNota: ['NotaEmitida', 'NotaRejeitada'],
  AgendarEnvio: ['EnvioAgendado', 'EnvioIndisponivel'],
  ConcluirPedido: ['PedidoConcluido', 'StatusRegistrado'],
  SolicitarEntrega: ['EntregaSolicitada'],
  ConfirmarEntrega: ['EntregaConfirmada'],
  SolicitarCancelamento: ['CancelamentoSolicitado', 'CancelamentoRecusado'],
  CancelarEnvio: ['EnvioCancelado', 'CancelamentoRecusado'],
  CancelarNota: ['NotaCancelada'],
  LiberarEstoque: ['EstoqueLiberado'],
  Estornar: ['PagamentoEstornado'],
  CancelarPedido: ['PedidoCancelado', 'PedidoRecusado'],
  RecusarPedido: ['PedidoRecusado', 'PedidoCancelado'],
  Registrar: ['StatusRegistrado'],
}

export const respondeA = (comando: Comando, evento: Evento): boolean =>
  (respostas[comando.tipo] as readonly string[]).includes(evento.tipo)
