// Prices an order when it is made, and keeps the status that its steps have reached.
import {
  type CancelarPedido,
  type ConcluirPedido,
  type CriarPedido,
  doPedido,
  type RecusarPedido,
  type Registrar,
  type SolicitarCancelamento,
  type SolicitarEntrega,
} from '../../contratos/comandos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type {
  CancelamentoRecusado,
  CancelamentoSolicitado,
  EntregaSolicitada,
  PedidoCancelado,
  PedidoConcluido,
  PedidoCriado,
  PedidoRecusado,
  StatusPedido,
  StatusRegistrado,
} from '../../contratos/eventos.ts'
import { statusApos } from '../../contratos/fluxo.ts'
import { comoPedidoId, MAIOR_ID, type ProdutoId, type Substituivel } from '../../contratos/ids.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'
import { precificar } from './precificacao.ts'

export interface Pedido {
  readonly status: StatusPedido
  readonly motivo?: string | undefined
  readonly origem: 'vivo' | 'historico'
  /** Why a cancellation was asked for, once it was. */
  readonly cancelamento?: string | undefined
  /** Nothing is under way: neither its flow nor a delivery being confirmed. */
  readonly encerrado: boolean
}
export interface Estado {
  readonly pedido?: Pedido | undefined
  readonly proximoId: number
}
export type Comandos =
  | CriarPedido
  | ConcluirPedido
  | CancelarPedido
  | RecusarPedido
  | Registrar
  | SolicitarCancelamento
  | SolicitarEntrega
export type Respostas =
  | PedidoCriado
  | PedidoConcluido
  | PedidoCancelado
  | PedidoRecusado
  | StatusRegistrado
  | CancelamentoSolicitado
  | CancelamentoRecusado
  | EntregaSolicitada
export interface Preparo {
  readonly produtos: ReadonlyMap<ProdutoId, ProdutoNoCatalogo>
  /** The services that somebody else does. */
  readonly ausentes: readonly Substituivel[]
}

const POSTO: Readonly<Record<StatusPedido, number>> = {
  pendente: 0,
  pagamento_aprovado: 1,
  em_separacao: 2,
  nf_emitida: 3,
  enviado: 4,
  entregue: 5,
  cancelado: 9,
  recusado: 9,
}
export const terminado = (status: StatusPedido): boolean => POSTO[status] >= POSTO.enviado
const desfeito = (status: StatusPedido): boolean => POSTO[status] === POSTO.cancelado

export function decide(
  estado: Estado,
  { comando, preparo }: { comando: Comandos; preparo: Preparo },
): Respostas {
  if (comando.tipo === 'CriarPedido') return criar(estado, comando, preparo)
  const { pedido } = estado
  if (!pedido) throw new ErroDeNegocio('pedido_desconhecido')
  const base = doPedido(comando)
  switch (comando.tipo) {
    case 'Registrar': {
      const status = statusApos[comando.evento]
      if (!status) throw new Error(`o evento ${comando.evento} não muda o status do pedido`)
      const mudou = POSTO[status] > POSTO[pedido.status]
      return { ...base, tipo: 'StatusRegistrado', status: mudou ? status : pedido.status, mudou }
    }
    case 'ConcluirPedido':
      if (chegouTarde(pedido, preparo)) {
        return { ...base, tipo: 'StatusRegistrado', status: pedido.status, mudou: false }
      }
      if (desfeito(pedido.status)) throw segundoFim(pedido, 'enviado')
      return { ...base, tipo: 'PedidoConcluido', ...avancar(pedido, 'enviado') }
    case 'CancelarPedido':
      return { ...base, ...desfazer(pedido, 'cancelado', comando.motivo) }
    case 'RecusarPedido':
      return { ...base, ...desfazer(pedido, 'recusado', comando.motivo) }
    case 'SolicitarCancelamento': {
      const motivo = motivoParaNaoCancelar(pedido)
      if (motivo) return { ...base, tipo: 'CancelamentoRecusado', motivo }
      return { ...base, tipo: 'CancelamentoSolicitado', motivo: comando.motivo }
    }
    case 'SolicitarEntrega':
      if (pedido.status !== 'enviado') throw new ErroDeNegocio('envio_nao_agendado')
      return { ...base, tipo: 'EntregaSolicitada' }
    default:
      return comando satisfies never
  }
}

/**
 * Without our logistica there is no arbiter but pedidos itself (K7): what was cancelled first stays
 * so, even while the way back is still under way.
 */
const chegouTarde = ({ status, cancelamento }: Pedido, { ausentes }: Preparo): boolean =>
  ausentes.includes('logistica') &&
  (desfeito(status) || (cancelamento !== undefined && !terminado(status)))

function criar(estado: Estado, comando: CriarPedido, preparo: Preparo): PedidoCriado {
  if (estado.proximoId > MAIOR_ID) throw new Error('acabaram os números de pedido')
  const { itens, valor_centavos } = precificar(comando, preparo)
  const { cliente_id, metodo, chave_simulacao } = comando
  return {
    ...doPedido({
      pedido_id: comoPedidoId(estado.proximoId),
      ...(chave_simulacao !== undefined && { chave_simulacao }),
    }),
    tipo: 'PedidoCriado',
    cliente_id,
    itens,
    valor_centavos,
    metodo,
  }
}

function avancar(pedido: Pedido, status: StatusPedido) {
  const mudou = POSTO[status] > POSTO[pedido.status]
  return { status: mudou ? status : pedido.status, mudou }
}

/**
 * `cancelado` and `recusado` both mean that nothing was kept, so the one that came first absorbs
 * the other; an order that was shipped cannot come undone: that is a defect, said aloud (K12).
 */
function desfazer(pedido: Pedido, status: 'cancelado' | 'recusado', motivo: string) {
  if (terminado(pedido.status) && !desfeito(pedido.status)) throw segundoFim(pedido, status)
  const mudou = !terminado(pedido.status)
  const fim = mudou ? status : pedido.status
  const tipo = fim === 'recusado' ? 'PedidoRecusado' : 'PedidoCancelado'
  return { tipo, status: fim, mudou, motivo: mudou ? motivo : (pedido.motivo ?? motivo) } as const
}

const segundoFim = (pedido: Pedido, outro: StatusPedido): Error =>
  new Error(`segundo fim do pedido: já está ${pedido.status}, agora seria ${outro}`)

function motivoParaNaoCancelar({ status, origem }: Pedido): string | undefined {
  if (status === 'enviado' || status === 'entregue') return 'pedido_ja_enviado'
  return terminado(status) || origem === 'historico' ? 'pedido_encerrado' : undefined
}

export function evolve(estado: Estado, evento: Respostas): Estado {
  switch (evento.tipo) {
    case 'PedidoCriado':
      return {
        pedido: { status: 'pendente', origem: 'vivo', encerrado: false },
        proximoId: evento.pedido_id + 1,
      }
    case 'CancelamentoSolicitado':
      return { ...estado, pedido: { ...conhecido(estado), cancelamento: evento.motivo } }
    case 'CancelamentoRecusado':
      return estado
    case 'EntregaSolicitada':
      return { ...estado, pedido: { ...conhecido(estado), encerrado: false } }
    case 'StatusRegistrado':
    case 'PedidoConcluido':
    case 'PedidoCancelado':
    case 'PedidoRecusado':
      return { ...estado, pedido: seguir(conhecido(estado), evento) }
    default:
      return evento satisfies never
  }
}

type Mudanca = StatusRegistrado | PedidoConcluido | PedidoCancelado | PedidoRecusado

/** An order ends by the end of its flow, or when its delivery is noted; not by a status alone. */
function seguir(pedido: Pedido, { tipo, mudou, status, motivo }: Mudanca): Pedido {
  const fim = tipo !== 'StatusRegistrado' || status === 'entregue'
  const encerrado = pedido.encerrado || fim
  if (mudou) return { ...pedido, status, motivo, encerrado }
  return encerrado === pedido.encerrado ? pedido : { ...pedido, encerrado }
}

function conhecido({ pedido }: Estado): Pedido {
  if (!pedido) throw new Error('evento de um pedido que não existe')
  return pedido
}
