// The orders read: one, a client's, the unfinished, the retained.
import type { Item, ItemPrecificado, Metodo } from '../../contratos/comandos.ts'
import type { StatusPedido } from '../../contratos/eventos.ts'
import type { ClienteId, Instante, PedidoId } from '../../contratos/ids.ts'
import { agora } from '../../contratos/ids.ts'
import type { Database, Leitura } from '../../persistencia/database.ts'

/** An order as the outside sees it (specification, section 11). */
export interface PedidoVisivel {
  readonly id: PedidoId
  readonly cliente_id: ClienteId
  readonly status: StatusPedido
  readonly motivo: string | null
  readonly arquitetura: string
  readonly origem: 'vivo' | 'historico'
  readonly metodo: Metodo | null
  readonly itens: readonly ItemPrecificado[]
  readonly total_centavos: number
  readonly criado_em: Instante
  readonly atualizado_em: Instante
  /** Present while the flow waits for a person. */
  readonly retido?: { readonly codigo: string; readonly mensagem: string; readonly desde: Instante }
}

export interface PedidoAberto {
  readonly id: PedidoId
  readonly arquitetura: string
  readonly criado_em: Instante
}
export interface Retido {
  readonly pedido_id: PedidoId
  readonly codigo: string
  readonly mensagem: string
  readonly desde: Instante
}
export interface Situacao {
  readonly abertos: number
  readonly retidos: number
}

export interface ConsultasDePedidos {
  pedido(id: PedidoId): Promise<PedidoVisivel | undefined>
  /** Newest first, below `antesDe` when given. */
  doCliente(id: ClienteId, limite: number, antesDe?: number): Promise<readonly PedidoVisivel[]>
  todos(limite: number, antesDe?: number): Promise<readonly PedidoVisivel[]>
  /** Unfinished and not retained, made before `ate`, ids above `apos`, in order. */
  abertos(apos: number, ate: Instante, limite: number): Promise<readonly PedidoAberto[]>
  situacao(): Promise<Situacao>
  /** The newest orders first, below `antesDe` when given. */
  retidos(limite: number, antesDe?: number): Promise<readonly Retido[]>
  /** Nothing for an order that ended meanwhile. */
  reter(id: PedidoId, codigo: string, mensagem: string): Promise<void>
  soltar(id: PedidoId): Promise<void>
}

const COLUNAS = `p.id, p.cliente_id, p.status, p.motivo, p.arquitetura, p.origem, p.metodo,
  p.total_centavos, p.criado_em, p.atualizado_em, r.codigo, r.mensagem, r.desde`
const DE = 'from pedidos p left join retidos r on r.pedido_id = p.id'
const SEM_LIMITE = Number.MAX_SAFE_INTEGER

type Linha = Omit<PedidoVisivel, 'itens' | 'retido'> & {
  readonly codigo: string | null
  readonly mensagem: string | null
  readonly desde: Instante | null
}

export function consultasDePedidos(db: Database): ConsultasDePedidos {
  const { leitura } = db
  return {
    async pedido(id) {
      const linha = await leitura.um<Linha>(`select ${COLUNAS} ${DE} where p.id = $1`, [id])
      return linha && comItens(leitura, linha)
    },
    doCliente: (id, limite, antesDe = SEM_LIMITE) =>
      listar(
        leitura,
        `select ${COLUNAS} ${DE} where p.cliente_id = $1 and p.id < $2 order by p.id desc limit $3`,
        [id, antesDe, limite],
      ),
    todos: (limite, antesDe = SEM_LIMITE) =>
      listar(leitura, `select ${COLUNAS} ${DE} where p.id < $1 order by p.id desc limit $2`, [
        antesDe,
        limite,
      ]),
    abertos: (apos, ate, limite) =>
      leitura.todos<PedidoAberto>(
        `select id, arquitetura, criado_em from pedidos
         where encerrado = 0 and origem = 'vivo' and id > $1 and criado_em <= $2
           and id not in (select pedido_id from retidos)
         order by id limit $3`,
        [apos, ate, limite],
      ),
    async situacao() {
      const linha = await leitura.um<Situacao>(
        `select (select count(*) from pedidos where encerrado = 0 and origem = 'vivo') as abertos,
           (select count(*) from retidos) as retidos`,
      )
      return linha ?? { abertos: 0, retidos: 0 }
    },
    retidos: (limite, antesDe = SEM_LIMITE) =>
      leitura.todos<Retido>(
        `select pedido_id, codigo, mensagem, desde from retidos
         where pedido_id < $1 order by pedido_id desc limit $2`,
        [antesDe, limite],
      ),
    reter: (id, codigo, mensagem) =>
      db.transacao(async (tx) => {
        await tx.executar(
          `insert into retidos (pedido_id, codigo, mensagem, desde)
           select id, $2, $3, $4 from pedidos where id = $1 and encerrado = 0
           on conflict (pedido_id) do update
             set codigo = excluded.codigo, mensagem = excluded.mensagem`,
          [id, codigo, mensagem, agora()],
        )
      }),
    soltar: (id) =>
      db.transacao(async (tx) => {
        await tx.executar('delete from retidos where pedido_id = $1', [id])
      }),
  }
}

async function listar(
  em: Leitura,
  sql: string,
  parametros: readonly number[],
): Promise<PedidoVisivel[]> {
  const linhas = await em.todos<Linha>(sql, parametros)
  return Promise.all(linhas.map((linha) => comItens(em, linha)))
}

async function comItens(em: Leitura, linha: Linha): Promise<PedidoVisivel> {
  const { codigo, mensagem, desde, ...pedido } = linha
  const itens = await em.todos<ItemPrecificado>(
    `select produto_id, quantidade, preco_unitario_centavos from itens_pedido
     where pedido_id = $1 order by produto_id`,
    [linha.id],
  )
  const retido = codigo && mensagem && desde ? { retido: { codigo, mensagem, desde } } : {}
  return { ...pedido, itens, ...retido }
}

export const itensDe = ({ itens }: PedidoVisivel): Item[] =>
  itens.map(({ produto_id, quantidade }) => ({ produto_id, quantidade }))
