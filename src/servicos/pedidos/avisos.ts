// What pedidos tells of every order, whatever architecture carried it: each change of status to its
// client, each end, each sale. A function of the log and of what the order is about (K3).
import { emReais } from '../../contratos/dinheiro.ts'
import type { Evento, EventoGravado, StatusPedido } from '../../contratos/eventos.ts'
import type { ClienteId, PedidoId } from '../../contratos/ids.ts'
import type { NomeTopico } from '../../contratos/topicos.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { itensDos } from './linhas.ts'

export interface Aviso {
  readonly topico: NomeTopico
  readonly pedido_id: PedidoId
  readonly valor: object
}

const MENSAGENS: Readonly<Record<StatusPedido, string>> = {
  pendente: 'recebemos o seu pedido',
  pagamento_aprovado: 'o pagamento foi aprovado',
  em_separacao: 'os itens estão separados',
  nf_emitida: 'a nota fiscal foi emitida',
  enviado: 'o pedido foi enviado',
  entregue: 'o pedido foi entregue',
  cancelado: 'o pedido foi cancelado, e o que foi pago volta',
  recusado: 'o pedido não pôde ser aceito',
}
/** What a row of the log says, in the order in which it is told. */
export type DizAvisos = (gravado: EventoGravado) => readonly Aviso[]

/** Answers for the rows of `lote`, whose orders are read here, all at once. */
export async function lerAvisos(
  leitura: Leitura,
  lote: readonly EventoGravado[],
): Promise<DizAvisos> {
  const eventos = lote.map(({ evento }) => evento)
  const clientes = await clientesDe(leitura, eventos.filter(mudaStatus))
  const concluidos = eventos.filter(({ tipo }) => tipo === 'PedidoConcluido')
  const vendas = await itensDos(leitura, idsDe(concluidos))

  const doStatus = ({ evento, instante }: EventoGravado, status: StatusPedido): Aviso => {
    const { pedido_id } = evento
    const cliente_id = 'cliente_id' in evento ? evento.cliente_id : clientes.get(pedido_id)
    if (cliente_id === undefined) throw new Error(`o diário fala do pedido ${pedido_id}, sem dono`)
    const mensagem = `Pedido ${pedido_id}: ${MENSAGENS[status]}.`
    const valor = { pedido_id, cliente_id, status, mensagem, instante }
    return { topico: 'notificacoes', pedido_id, valor }
  }

  const daVenda = (pedido_id: PedidoId): Aviso => {
    const itens = vendas.get(pedido_id)
    if (!itens) throw new Error(`o diário fala do pedido ${pedido_id}, sem itens`)
    const items = itens.map(({ produto_id, quantidade, preco_unitario_centavos }) => ({
      product: String(produto_id),
      quantity: quantidade,
      unit_price: emReais(preco_unitario_centavos),
    }))
    return { topico: 'vendas', pedido_id, valor: { order_number: pedido_id, items } }
  }

  return (gravado) => {
    const { evento, instante } = gravado
    const { pedido_id } = evento
    switch (evento.tipo) {
      case 'PedidoCriado':
        return [doStatus(gravado, 'pendente')]
      case 'StatusRegistrado':
        return evento.mudou ? [doStatus(gravado, evento.status)] : []
      case 'PedidoConcluido': {
        const { status } = evento
        const valor = { pedido_id, status, instante }
        const fim: Aviso = { topico: 'pedidos_concluidos', pedido_id, valor }
        const mudanca = evento.mudou ? [doStatus(gravado, status)] : []
        return [...mudanca, fim, daVenda(pedido_id)]
      }
      case 'PedidoCancelado':
      case 'PedidoRecusado': {
        if (!evento.mudou) return []
        const { status, motivo } = evento
        const valor = { pedido_id, status, motivo, instante }
        return [doStatus(gravado, status), { topico: 'pedidos_cancelados', pedido_id, valor }]
      }
      default:
        return []
    }
  }
}

const mudaStatus = (evento: Evento): boolean => 'mudou' in evento && evento.mudou

const idsDe = (eventos: readonly Evento[]): PedidoId[] => [
  ...new Set(eventos.map(({ pedido_id }) => pedido_id)),
]

async function clientesDe(
  leitura: Leitura,
  eventos: readonly Evento[],
): Promise<ReadonlyMap<PedidoId, ClienteId>> {
  const linhas = await leitura.dasChaves<{ id: PedidoId; cliente_id: ClienteId }>(
    'select id, cliente_id from pedidos where id = any ($chaves)',
    idsDe(eventos),
  )
  return new Map(linhas.map(({ id, cliente_id }) => [id, cliente_id]))
}
