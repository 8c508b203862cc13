// The orders written: the batch's states and the rows they become. Reads are in consultas.ts.
import type { DatabaseSync } from 'node:sqlite'
import type { PedidoCriado } from '../../contratos/eventos.ts'
import { type Instante, type PedidoId, PRIMEIRO_PEDIDO_VIVO } from '../../contratos/ids.ts'
import type { Parametros, Transacao } from '../../persistencia/database.ts'
import type { Livro, Pronto } from '../../persistencia/dobra.ts'
import { linhasDe } from '../importacao.ts'
import type { Comandos, Estado, Pedido, Preparo } from './domain.ts'

type LivroDePedidos = Livro<Comandos, Estado, Preparo>

export async function abrir(
  tx: Transacao,
  prontos: readonly Pronto<Comandos, Preparo>[],
): Promise<LivroDePedidos> {
  const pedidos = await lerEstados(
    tx,
    prontos.flatMap(({ comando }) => ('pedido_id' in comando ? comando.pedido_id : [])),
  )
  let proximoId = await proximoNumero(tx)
  const criados: Pronto<Comandos, Preparo>[] = []
  const eventosCriados: PedidoCriado[] = []
  const mudados = new Map<PedidoId, Instante>()
  /** No longer waiting for a person: they ended, or a cancellation takes them on. */
  const soltos = new Set<PedidoId>()
  return {
    estado: ({ comando }) =>
      comando.tipo === 'CriarPedido'
        ? { proximoId }
        : { proximoId, pedido: pedidos.get(comando.pedido_id) },
    guardar(pronto, evento, novo) {
      proximoId = novo.proximoId
      const { pedido_id } = evento
      if (!novo.pedido || novo.pedido === pedidos.get(pedido_id)) return
      pedidos.set(pedido_id, novo.pedido)
      if (evento.tipo === 'PedidoCriado') {
        criados.push(pronto)
        eventosCriados.push(evento)
      } else {
        mudados.set(pedido_id, pronto.instante)
      }
      if (novo.pedido.encerrado || evento.tipo === 'CancelamentoSolicitado') soltos.add(pedido_id)
    },
    async gravar(tx) {
      await inserirPedidos(tx, criados, eventosCriados)
      await tx.executarCada(
        `update pedidos
         set status = $2, motivo = $3, cancelamento = $4, encerrado = $5, atualizado_em = $6
         where id = $1`,
        [...mudados].map(([id, instante]) => linhaMudada(id, pedidos.get(id)!, instante)),
      )
      if (soltos.size === 0 || !(await tx.um('select pedido_id from retidos limit 1'))) return
      const linhas = [...soltos].map((id) => [id])
      await tx.executarCada('delete from retidos where pedido_id = $1', linhas)
    },
  }
}

const linhaMudada = (id: PedidoId, pedido: Pedido, instante: Instante): Parametros => [
  id,
  pedido.status,
  pedido.motivo ?? null,
  pedido.cancelamento ?? null,
  pedido.encerrado ? 1 : 0,
  instante,
]

async function lerEstados(tx: Transacao, ids: readonly PedidoId[]): Promise<Map<PedidoId, Pedido>> {
  const linhas = await tx.dasChaves<LinhaDePedido>(
    `select id, status, motivo, origem, cancelamento, encerrado from pedidos
     where id = any ($chaves)`,
    ids,
  )
  return new Map(linhas.map((linha) => [linha.id, comoPedido(linha)]))
}

function comoPedido({ status, origem, motivo, cancelamento, encerrado }: LinhaDePedido): Pedido {
  const nulos = { motivo: motivo ?? undefined, cancelamento: cancelamento ?? undefined }
  return { status, origem, ...nulos, encerrado: encerrado === 1 }
}

interface LinhaDePedido extends Pick<Pedido, 'status' | 'origem'> {
  readonly id: PedidoId
  readonly motivo: string | null
  readonly cancelamento: string | null
  readonly encerrado: 0 | 1
}

/** Above every imported order, and at 1,001 at least. */
async function proximoNumero(tx: Transacao): Promise<number> {
  const linha = await tx.um<{ n: number }>('select coalesce(max(id), 0) as n from pedidos')
  return Math.max(Number(linha?.n ?? 0) + 1, PRIMEIRO_PEDIDO_VIVO)
}

async function inserirPedidos(
  tx: Transacao,
  prontos: readonly Pronto<Comandos, Preparo>[],
  eventos: readonly PedidoCriado[],
): Promise<void> {
  await tx.executarCada(
    `insert into pedidos (id, cliente_id, arquitetura, status, metodo, total_centavos,
       chave_simulacao, traceparent, criado_em, atualizado_em)
     values ($1, $2, $3, 'pendente', $4, $5, $6, $7, $8, $8)`,
    eventos.map((e, i) => {
      const { envelope, instante } = prontos[i]!
      const { arquitetura, traceparent } = envelope
      const chave = e.chave_simulacao ?? null
      const { pedido_id, cliente_id, metodo, valor_centavos } = e
      return [
        pedido_id,
        cliente_id,
        arquitetura,
        metodo,
        valor_centavos,
        chave,
        traceparent,
        instante,
      ]
    }),
  )
  await tx.executarCada(
    `insert into itens_pedido (pedido_id, produto_id, quantidade, preco_unitario_centavos)
     values ($1, $2, $3, $4)`,
    eventos.flatMap((e) =>
      e.itens.map((i) => [e.pedido_id, i.produto_id, i.quantidade, i.preco_unitario_centavos]),
    ),
  )
}

/** History is shown and never touched again: whatever its status, it is closed. */
export async function importar(tx: Transacao, ecommerce: DatabaseSync): Promise<void> {
  await tx.executarCada(
    `insert into pedidos (id, cliente_id, arquitetura, origem, status, metodo, total_centavos,
       encerrado, criado_em, atualizado_em)
     values ($1, $2, 'historico', 'historico', $3, $4, $5, 1, $6, $6)`,
    linhasDe(
      ecommerce,
      `select p.id, p.cliente_id, p.status, g.metodo, p.valor_total_centavos, p.data_criacao
       from pedidos p left join pagamentos g on g.pedido_id = p.id order by p.id`,
    ),
  )
  await tx.executarCada(
    `insert into itens_pedido (pedido_id, produto_id, quantidade, preco_unitario_centavos)
     values ($1, $2, $3, $4)`,
    linhasDe(
      ecommerce,
      'select pedido_id, produto_id, quantidade, preco_unitario_centavos from itens_pedido',
    ),
  )
}
