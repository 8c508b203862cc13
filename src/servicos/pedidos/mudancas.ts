// The changes of status, read from the log: each order's own, or everybody's in commit order. A
// step that found the order already further on changed nothing and is not among them (K12).
import type { Evento, StatusPedido } from '../../contratos/eventos.ts'
import type { ClienteId, Instante, PedidoId } from '../../contratos/ids.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { ultimoId } from '../../persistencia/diario.ts'

export interface Mudanca {
  /** Its place in the log of pedidos: rises, with gaps. */
  readonly id: number
  readonly pedido_id: PedidoId
  readonly cliente_id: ClienteId
  readonly status: StatusPedido
  readonly motivo: string | null
  readonly arquitetura: string
  readonly instante: Instante
}
export interface Mudancas {
  /** Every change up to this place that was asked for is here; the next question starts at it. */
  readonly ate: number
  readonly mudancas: readonly Mudanca[]
}
export interface PerguntaDeMudancas {
  /** Only what comes after this place. */
  readonly apos: number
  /** Of the log's events, changes or not. */
  readonly limite: number
  readonly pedido_id?: PedidoId | undefined
}

type Linha = Omit<Mudanca, 'status' | 'motivo'> & { readonly dados: string }

const LER = `select e.id, e.pedido_id, e.dados, e.instante, p.cliente_id, p.arquitetura
  from eventos e join pedidos p on p.id = e.pedido_id`
const ENTRE = 'e.id > $1 and e.id <= $2 order by e.id limit $3'
const DE_TODOS = `${LER} where ${ENTRE}`
const DO_PEDIDO = `${LER} where e.pedido_id = $4 and ${ENTRE}`

export async function lerMudancas(
  em: Leitura,
  { apos, limite, pedido_id }: PerguntaDeMudancas,
): Promise<Mudancas> {
  // Before the rows: what is committed in between is left to the next question, not lost.
  const fim = await ultimoId(em)
  const doPedido = pedido_id === undefined ? [] : [pedido_id]
  const sql = pedido_id === undefined ? DE_TODOS : DO_PEDIDO
  const linhas = await em.todos<Linha>(sql, [apos, fim, limite, ...doPedido])
  const ultima = linhas.length === limite ? linhas.at(-1) : undefined
  return { ate: ultima?.id ?? fim, mudancas: linhas.flatMap(comoMudanca) }
}

function comoMudanca({ dados, ...linha }: Linha): Mudanca[] {
  const mudou = statusEm(JSON.parse(dados) as Evento)
  return mudou ? [{ ...linha, ...mudou }] : []
}

function statusEm(evento: Evento): Pick<Mudanca, 'status' | 'motivo'> | undefined {
  switch (evento.tipo) {
    case 'PedidoCriado':
      return { status: 'pendente', motivo: null }
    case 'StatusRegistrado':
    case 'PedidoConcluido':
    case 'PedidoCancelado':
    case 'PedidoRecusado':
      return evento.mudou ? { status: evento.status, motivo: evento.motivo ?? null } : undefined
    default:
      return undefined
  }
}
