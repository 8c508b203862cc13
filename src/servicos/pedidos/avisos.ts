// What pedidos tells of every order, whatever architecture carried it: each change of status to its
// client, each end, each sale. A function of the log and of what the order is about (K3).
import type { ItemPrecificado } from '../../contratos/comandos.ts'
import { emReais } from '../../contratos/dinheiro.ts'
import type { EventoGravado, StatusPedido } from '../../contratos/eventos.ts'
import type { ClienteId, PedidoId } from '../../contratos/ids.ts'
import type { NomeTopico } from '../../contratos/topicos.ts'
import type { Leitura } from '../../persistencia/database.ts'

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
/** Of orders under way; those forgotten for want of room are read again. */
const MAXIMO_LEMBRADOS = 10_000

interface Compra {
  readonly cliente_id: ClienteId
  readonly itens: readonly ItemPrecificado[]
}

/** Resolves to what one row of the log says, in the order of the rows. */
export function criarAvisos(leitura: Leitura): (gravado: EventoGravado) => Promise<Aviso[]> {
  const compras = new Map<PedidoId, Compra>()

  function lembrar(id: PedidoId, compra: Compra): Compra {
    if (compras.size >= MAXIMO_LEMBRADOS) compras.clear()
    compras.set(id, compra)
    return compra
  }

  async function doStatus(gravado: EventoGravado, status: StatusPedido): Promise<Aviso> {
    const { pedido_id } = gravado.evento
    const { instante } = gravado
    const mensagem = `Pedido ${pedido_id}: ${MENSAGENS[status]}.`
    const { cliente_id } =
      compras.get(pedido_id) ?? lembrar(pedido_id, await ler(leitura, pedido_id))
    const valor = { pedido_id, cliente_id, status, mensagem, instante }
    return { topico: 'notificacoes', pedido_id, valor }
  }

  /** The sale of an order that is over: nothing more will be asked of it, but for its delivery. */
  async function daVenda(pedido_id: PedidoId): Promise<Aviso> {
    const { itens } = compras.get(pedido_id) ?? (await ler(leitura, pedido_id))
    compras.delete(pedido_id)
    const items = itens.map(({ produto_id, quantidade, preco_unitario_centavos }) => ({
      product: String(produto_id),
      quantity: quantidade,
      unit_price: emReais(preco_unitario_centavos),
    }))
    return { topico: 'vendas', pedido_id, valor: { order_number: pedido_id, items } }
  }

  return async (gravado) => {
    const { evento, instante } = gravado
    const { pedido_id } = evento
    switch (evento.tipo) {
      case 'PedidoCriado':
        lembrar(pedido_id, evento)
        return [await doStatus(gravado, 'pendente')]
      case 'StatusRegistrado':
        return evento.mudou ? [await doStatus(gravado, evento.status)] : []
      case 'PedidoConcluido': {
        const { status } = evento
        const valor = { pedido_id, status, instante }
        const fim: Aviso = { topico: 'pedidos_concluidos', pedido_id, valor }
        const mudanca = evento.mudou ? [await doStatus(gravado, status)] : []
        return [...mudanca, fim, await daVenda(pedido_id)]
      }
      case 'PedidoCancelado':
      case 'PedidoRecusado': {
        if (!evento.mudou) return []
        const { status, motivo } = evento
        const valor = { pedido_id, status, motivo, instante }
        return [await doStatus(gravado, status), { topico: 'pedidos_cancelados', pedido_id, valor }]
      }
      default:
        return []
    }
  }
}

async function ler(leitura: Leitura, id: PedidoId): Promise<Compra> {
  const pedido = await leitura.um<{ cliente_id: ClienteId }>(
    'select cliente_id from pedidos where id = $1',
    [id],
  )
  if (!pedido) throw new Error(`o diário fala do pedido ${id}, que não existe`)
  const itens = await leitura.todos<ItemPrecificado>(
    `select produto_id, quantidade, preco_unitario_centavos from itens_pedido
     where pedido_id = $1 order by produto_id`,
    [id],
  )
  return { ...pedido, itens }
}
