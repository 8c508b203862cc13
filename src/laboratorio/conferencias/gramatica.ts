// The flow as the checker expects it, written down a second time on purpose: which event may answer
// which command in which log, which steps a shipped order has, and what undoes each of them.
import type { TipoComando } from '../../contratos/comandos.ts'
import type { Respostas, StatusPedido, TipoEvento } from '../../contratos/eventos.ts'
import type { NomeServico } from '../../contratos/ids.ts'

type Registro = `Registrar/${TipoEvento}`
type PorComando = { readonly [C in TipoComando]?: readonly Respostas[C]['tipo'][] } & {
  readonly [R in Registro]?: readonly ['StatusRegistrado']
}

/** Under each service: the last part of the causa → the events that may answer it. */
export const GRAMATICA = {
  pedidos: {
    CriarPedido: ['PedidoCriado'],
    'Registrar/PagamentoAprovado': ['StatusRegistrado'],
    'Registrar/EstoqueSeparado': ['StatusRegistrado'],
    'Registrar/NotaEmitida': ['StatusRegistrado'],
    'Registrar/EntregaConfirmada': ['StatusRegistrado'],
    ConcluirPedido: ['PedidoConcluido', 'StatusRegistrado'],
    SolicitarEntrega: ['EntregaSolicitada'],
    SolicitarCancelamento: ['CancelamentoSolicitado', 'CancelamentoRecusado'],
    CancelarPedido: ['PedidoCancelado', 'PedidoRecusado'],
    RecusarPedido: ['PedidoRecusado', 'PedidoCancelado'],
  },
  antifraude: { AnalisarPedido: ['AnaliseAprovada', 'AnaliseReprovada'] },
  pagamentos: {
    AutorizarPagamento: ['PagamentoAprovado', 'PagamentoRejeitado'],
    Estornar: ['PagamentoEstornado'],
  },
  estoque: {
    SepararEstoque: ['EstoqueSeparado', 'EstoqueInsuficiente'],
    LiberarEstoque: ['EstoqueLiberado'],
  },
  fiscal: { EmitirNota: ['NotaEmitida', 'NotaRejeitada'], CancelarNota: ['NotaCancelada'] },
  logistica: {
    AgendarEnvio: ['EnvioAgendado', 'EnvioIndisponivel'],
    CancelarEnvio: ['EnvioCancelado', 'CancelamentoRecusado'],
    ConfirmarEntrega: ['EntregaConfirmada'],
  },
  catalogo: {},
} as const satisfies Record<NomeServico, PorComando>

export const SERVICOS = Object.keys(GRAMATICA) as NomeServico[]

/** The events that the log of one service may hold. */
export const eventosDe = (servico: NomeServico): TipoEvento[] => [
  ...new Set(Object.values<readonly TipoEvento[]>(GRAMATICA[servico]).flat()),
]

export interface PassoDeIda {
  readonly servico: NomeServico
  readonly evento: TipoEvento
  /** What gives back what this step took; null where the order must not have taken it at all. */
  readonly volta?: TipoEvento | null
}

/** The seven steps of an order that was shipped, in their order. */
export const IDA: readonly PassoDeIda[] = [
  { servico: 'pedidos', evento: 'PedidoCriado' },
  { servico: 'antifraude', evento: 'AnaliseAprovada' },
  { servico: 'pagamentos', evento: 'PagamentoAprovado', volta: 'PagamentoEstornado' },
  { servico: 'estoque', evento: 'EstoqueSeparado', volta: 'EstoqueLiberado' },
  { servico: 'fiscal', evento: 'NotaEmitida', volta: 'NotaCancelada' },
  { servico: 'logistica', evento: 'EnvioAgendado', volta: null },
  { servico: 'pedidos', evento: 'PedidoConcluido', volta: null },
]

export interface Mudanca {
  /** `tipo` of pedidos' own event and the end of its causa. */
  readonly tipo: TipoEvento
  readonly causa: string
  readonly status: StatusPedido
  /** The step elsewhere without which the status may not move, and in whose log it stands. */
  readonly passo: TipoEvento
  readonly servico: NomeServico
}

const registro = (passo: TipoEvento, servico: NomeServico, status: StatusPedido): Mudanca => ({
  ...{ tipo: 'StatusRegistrado', causa: `Registrar/${passo}`, status, passo, servico },
})

/** Every forward change of an order's status. */
export const MUDANCAS: readonly Mudanca[] = [
  registro('PagamentoAprovado', 'pagamentos', 'pagamento_aprovado'),
  registro('EstoqueSeparado', 'estoque', 'em_separacao'),
  registro('NotaEmitida', 'fiscal', 'nf_emitida'),
  registro('EntregaConfirmada', 'logistica', 'entregue'),
  {
    ...{ tipo: 'PedidoConcluido', causa: 'ConcluirPedido', status: 'enviado' },
    ...{ passo: 'EnvioAgendado', servico: 'logistica' },
  },
]
