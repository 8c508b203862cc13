// Every event of the business. One command gives exactly one of these (K2).
import type {
  ComMotivo,
  DadosDaCompra,
  DoPedido,
  Item,
  ItemPrecificado,
  Metodo,
  TipoComando,
} from './comandos.ts'
import type { Centavos } from './dinheiro.ts'
import type { Causa, Instante, NomeArquitetura } from './ids.ts'

export const STATUS = [
  'pendente',
  'pagamento_aprovado',
  'em_separacao',
  'nf_emitida',
  'enviado',
  'entregue',
  'cancelado',
  'recusado',
] as const
export type StatusPedido = (typeof STATUS)[number]

export type PedidoCriado = Omit<DadosDaCompra, 'itens'> & {
  readonly tipo: 'PedidoCriado'
  readonly itens: readonly ItemPrecificado[]
}
export type AnaliseAprovada = DadosDaCompra & {
  readonly tipo: 'AnaliseAprovada'
  readonly pontuacao: number
  readonly analisado_em: Instante
}
export type AnaliseReprovada = ComMotivo & {
  readonly tipo: 'AnaliseReprovada'
  readonly pontuacao: number
  readonly analisado_em: Instante
}
/** What was to be paid, as far as whoever asked for it said. */
interface Cobranca {
  readonly metodo?: Metodo | undefined
  readonly itens?: readonly Item[] | undefined
}
export type PagamentoAprovado = DoPedido &
  Cobranca & { readonly tipo: 'PagamentoAprovado'; readonly valor_centavos: Centavos }
export type PagamentoRejeitado = ComMotivo &
  Cobranca & {
    readonly tipo: 'PagamentoRejeitado'
    readonly valor_centavos?: Centavos | undefined
  }
export type EstoqueSeparado = DoPedido & {
  readonly tipo: 'EstoqueSeparado'
  readonly itens: readonly Item[]
  readonly valor_centavos?: Centavos | undefined
  readonly data_separacao: Instante
}
export type EstoqueInsuficiente = ComMotivo & { readonly tipo: 'EstoqueInsuficiente' }
export type NotaEmitida = DoPedido & {
  readonly tipo: 'NotaEmitida'
  readonly numero: number
  readonly chave_acesso: string
}
export type NotaRejeitada = ComMotivo & { readonly tipo: 'NotaRejeitada' }
export type EnvioAgendado = DoPedido & {
  readonly tipo: 'EnvioAgendado'
  readonly codigo_rastreamento: string
}
export type EnvioIndisponivel = ComMotivo & { readonly tipo: 'EnvioIndisponivel' }
export type EntregaSolicitada = DoPedido & { readonly tipo: 'EntregaSolicitada' }
export type EntregaConfirmada = DoPedido & { readonly tipo: 'EntregaConfirmada' }

export type CancelamentoSolicitado = ComMotivo & { readonly tipo: 'CancelamentoSolicitado' }
/** `pedido_ja_enviado` from the arbiter logistica or from a finished order; `pedido_encerrado`. */
export type CancelamentoRecusado = ComMotivo & { readonly tipo: 'CancelamentoRecusado' }
export type EnvioCancelado = ComMotivo & { readonly tipo: 'EnvioCancelado' }
export type NotaCancelada = ComMotivo & { readonly tipo: 'NotaCancelada' }
export type EstoqueLiberado = ComMotivo & { readonly tipo: 'EstoqueLiberado' }
export type PagamentoEstornado = ComMotivo & { readonly tipo: 'PagamentoEstornado' }

/** `mudou` is false when the order had already gone further (K12): nobody is told again. */
interface MudancaDeStatus extends DoPedido {
  readonly status: StatusPedido
  readonly mudou: boolean
  readonly motivo?: string
}
export type StatusRegistrado = MudancaDeStatus & { readonly tipo: 'StatusRegistrado' }
export type PedidoConcluido = MudancaDeStatus & { readonly tipo: 'PedidoConcluido' }
export type PedidoCancelado = MudancaDeStatus & { readonly tipo: 'PedidoCancelado' }
export type PedidoRecusado = MudancaDeStatus & { readonly tipo: 'PedidoRecusado' }

/** Which events may answer each command: the refusal is an answer like the success. */
export interface Respostas {
  CriarPedido: PedidoCriado
  AnalisarPedido: AnaliseAprovada | AnaliseReprovada
  AutorizarPagamento: PagamentoAprovado | PagamentoRejeitado
  SepararEstoque: EstoqueSeparado | EstoqueInsuficiente
  EmitirNota: NotaEmitida | NotaRejeitada
  AgendarEnvio: EnvioAgendado | EnvioIndisponivel
  /** The second when somebody else's shipment comes after the cancellation: nothing moves. */
  ConcluirPedido: PedidoConcluido | StatusRegistrado
  SolicitarEntrega: EntregaSolicitada
  ConfirmarEntrega: EntregaConfirmada
  SolicitarCancelamento: CancelamentoSolicitado | CancelamentoRecusado
  CancelarEnvio: EnvioCancelado | CancelamentoRecusado
  CancelarNota: NotaCancelada
  LiberarEstoque: EstoqueLiberado
  Estornar: PagamentoEstornado
  CancelarPedido: PedidoCancelado | PedidoRecusado
  RecusarPedido: PedidoRecusado | PedidoCancelado
  Registrar: StatusRegistrado
}
export type Evento = Respostas[keyof Respostas]
export type TipoEvento = Evento['tipo']
export type EventoDe<T extends TipoEvento> = Extract<Evento, { tipo: T }>
export type RespostaDe<C extends { tipo: TipoComando }> = Respostas[C['tipo']]

/** A row of the append-only log: operation record, memory of the command and outbox in one. */
export interface EventoGravado<E extends Evento = Evento> {
  /** Commit order within the service's log. */
  readonly id: number
  readonly causa: Causa
  readonly resumo: string
  readonly arquitetura: NomeArquitetura
  readonly traceparent: string
  readonly instante: Instante
  readonly evento: E
}
