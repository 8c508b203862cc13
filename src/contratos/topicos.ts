// The topics of publish/subscribe: which events each one carries and which services read it (K2:
// several topics for one event are a projection in the relay, never a second row in the log).
import type { TipoEvento } from './eventos.ts'
import { ASSINANTES, type NomeAssinante, type NomeServico, SERVICOS } from './ids.ts'

export const TOPICOS = [
  'pedidos_criados',
  'pedidos_validos',
  'pedidos_recusados',
  'pagamentos_processados',
  'estoque_separado',
  'estoque_insuficiente',
  'nf_emitida',
  'nf_rejeitada',
  'envios_agendados',
  'envios_indisponiveis',
  'cancelamentos_solicitados',
  'envios_cancelados',
  'nf_cancelada',
  'estoque_liberado',
  'pagamentos_estornados',
  'entregas_solicitadas',
  'entregas_confirmadas',
  'pedidos_concluidos',
  'pedidos_cancelados',
  'notificacoes',
  'vendas',
  'produtos_alterados',
] as const
export type NomeTopico = (typeof TOPICOS)[number]
/** Of these only the last word on each product matters. */
export const COMPACTADOS: readonly string[] = ['produtos_alterados'] satisfies NomeTopico[]

export interface TopicoDoFluxo {
  readonly eventos: readonly TipoEvento[]
  /** Whoever has a command to decide because of one of them, in a consumer group of its own. */
  readonly leitores: readonly NomeServico[]
}

/** The topics that carry an order from step to step; the others only tell of what was done. */
export const fluxoPorTopico = {
  pedidos_criados: { eventos: ['PedidoCriado'], leitores: ['antifraude'] },
  pedidos_validos: { eventos: ['AnaliseAprovada'], leitores: ['pagamentos'] },
  pedidos_recusados: { eventos: ['AnaliseReprovada'], leitores: ['pedidos'] },
  pagamentos_processados: {
    eventos: ['PagamentoAprovado', 'PagamentoRejeitado'],
    leitores: ['estoque', 'pedidos'],
  },
  estoque_separado: { eventos: ['EstoqueSeparado'], leitores: ['fiscal', 'pedidos'] },
  estoque_insuficiente: { eventos: ['EstoqueInsuficiente'], leitores: ['pagamentos'] },
  nf_emitida: { eventos: ['NotaEmitida'], leitores: ['logistica', 'pedidos'] },
  nf_rejeitada: { eventos: ['NotaRejeitada'], leitores: ['estoque'] },
  envios_agendados: { eventos: ['EnvioAgendado'], leitores: ['pedidos'] },
  envios_indisponiveis: { eventos: ['EnvioIndisponivel'], leitores: ['fiscal'] },
  cancelamentos_solicitados: { eventos: ['CancelamentoSolicitado'], leitores: ['logistica'] },
  envios_cancelados: { eventos: ['EnvioCancelado'], leitores: ['fiscal'] },
  nf_cancelada: { eventos: ['NotaCancelada'], leitores: ['estoque'] },
  estoque_liberado: { eventos: ['EstoqueLiberado'], leitores: ['pagamentos'] },
  pagamentos_estornados: { eventos: ['PagamentoEstornado'], leitores: ['pedidos'] },
  entregas_solicitadas: { eventos: ['EntregaSolicitada'], leitores: ['logistica'] },
  entregas_confirmadas: { eventos: ['EntregaConfirmada'], leitores: ['pedidos'] },
} as const satisfies { readonly [T in NomeTopico]?: TopicoDoFluxo }
export type TopicoDeFluxo = keyof typeof fluxoPorTopico

const TOPICOS_DO_FLUXO = Object.entries(fluxoPorTopico) as [TopicoDeFluxo, TopicoDoFluxo][]

const DO_EVENTO: ReadonlyMap<TipoEvento, TopicoDeFluxo> = new Map(
  TOPICOS_DO_FLUXO.flatMap(([nome, { eventos }]) => eventos.map((tipo) => [tipo, nome] as const)),
)

/** Where an event goes so that its order walks on; `undefined` when nobody acts on it. */
export const topicoDoFluxo = (tipo: TipoEvento): TopicoDeFluxo | undefined => DO_EVENTO.get(tipo)

/** What a service subscribes to. */
export const lidosPor = (servico: NomeServico): TopicoDeFluxo[] =>
  TOPICOS_DO_FLUXO.filter(([, { leitores }]) => leitores.includes(servico)).map(([nome]) => nome)

export const grupoDe = (quem: NomeServico | NomeAssinante): string => `${quem}-group`
/** What a group could not handle, kept with the reason. */
export const topicoDasMortas = (grupo: string): string => `${grupo}-mortas`

/** Of whoever reads a topic and may find a message there that it cannot handle. */
export const GRUPOS = [
  ...SERVICOS.filter((nome) => lidosPor(nome).length > 0),
  ...(['notificacoes', 'vendas'] as const),
].map(grupoDe)
export const TOPICOS_DAS_MORTAS = GRUPOS.map(topicoDasMortas)
/** Every topic of ours, by our name. */
export const TODOS_OS_TOPICOS: readonly string[] = [...TOPICOS, ...TOPICOS_DAS_MORTAS]

/** monitoramento takes down what there is, whatever it is: nothing dies in its hands. */
const LIDOS_PELO_ASSINANTE: Readonly<Record<NomeAssinante, readonly string[]>> = {
  notificacoes: ['notificacoes'],
  monitoramento: TODOS_OS_TOPICOS,
  vendas: ['vendas'],
}
export const lidosPeloAssinante = (nome: NomeAssinante): readonly string[] =>
  LIDOS_PELO_ASSINANTE[nome]

export interface Leitor {
  readonly grupo: string
  readonly topicos: readonly string[]
  /** A subscriber need not run. */
  readonly opcional: boolean
}
/** All that read. */
export const LEITORES: readonly Leitor[] = [
  ...SERVICOS.map((nome) => ({
    grupo: grupoDe(nome),
    topicos: nome === 'pedidos' ? [...lidosPor(nome), ...TOPICOS_DAS_MORTAS] : lidosPor(nome),
    opcional: false,
  })).filter(({ topicos }) => topicos.length > 0),
  ...ASSINANTES.map((nome) => ({
    grupo: grupoDe(nome),
    topicos: lidosPeloAssinante(nome),
    opcional: true,
  })),
]
