// Stock and reservations as rows.
import type { DatabaseSync } from 'node:sqlite'
import type { Item } from '../../contratos/comandos.ts'
import type { Instante, PedidoId, ProdutoId } from '../../contratos/ids.ts'
import type { Leitura, Parametros, Transacao } from '../../persistencia/database.ts'
import type { Livro, Pronto } from '../../persistencia/dobra.ts'
import { linhasDe } from '../importacao.ts'
import type { Comandos, Estado, Preparo, Respostas, Separacao } from './domain.ts'

export interface LinhaDeSeparacao {
  readonly pedido_id: PedidoId
  readonly status: 'concluido' | 'insuficiente' | 'liberado'
  readonly motivo: string | null
  readonly data_separacao: Instante | null
}

const SEPARACOES = 'select pedido_id, status, motivo, data_separacao from separacao_estoque'

export const separacaoDoPedido = (
  em: Leitura,
  id: PedidoId,
): Promise<LinhaDeSeparacao | undefined> =>
  em.um<LinhaDeSeparacao>(`${SEPARACOES} where pedido_id = $1`, [id])

export async function unidadesLivres(em: Leitura): Promise<Map<ProdutoId, number>> {
  const linhas = await em.todos<{ produto_id: ProdutoId; livre: number }>(
    'select produto_id, livre from produtos_local order by produto_id',
  )
  return new Map(linhas.map(({ produto_id, livre }) => [produto_id, livre]))
}

export async function abrir(
  tx: Transacao,
  prontos: readonly Pronto<Comandos, Preparo>[],
): Promise<Livro<Comandos, Estado, Preparo>> {
  const separacoes = await lerSeparacoes(
    tx,
    prontos.map(({ comando }) => comando.pedido_id),
  )
  const separacaoDe = (id: PedidoId): Separacao => separacoes.get(id) ?? { situacao: 'nenhuma' }
  const tocados = prontos.flatMap(({ comando, preparo }) =>
    produtosDe(separacaoDe(comando.pedido_id), preparo),
  )
  const livres = await lerLivres(tx, new Set(tocados))
  const movidos = new Set<ProdutoId>()
  const linhas: Linhas = { separadas: [], liberadas: [], itens: [] }
  return {
    estado({ comando, preparo }) {
      const separacao = separacaoDe(comando.pedido_id)
      const nomes = produtosDe(separacao, preparo)
      return { separacao, livres: new Map(nomes.map((p) => [p, livres.get(p) ?? 0])) }
    },
    guardar(pronto, evento, novo) {
      const { pedido_id } = pronto.comando
      const anterior = separacaoDe(pedido_id)
      separacoes.set(pedido_id, novo.separacao)
      for (const [produto, unidades] of novo.livres) {
        if (livres.get(produto) === unidades) continue
        livres.set(produto, unidades)
        movidos.add(produto)
      }
      if (novo.separacao.situacao === anterior.situacao) return
      anotar(linhas, pronto.instante, evento)
    },
    async gravar(tx) {
      await gravarLinhas(tx, linhas)
      await tx.executarCada(
        'update produtos_local set livre = $2 where produto_id = $1',
        [...movidos].map((produto) => [produto, livres.get(produto) ?? 0]),
      )
    },
  }
}

const produtosDe = (separacao: Separacao, preparo: Preparo): ProdutoId[] =>
  [...preparo.itens, ...(separacao.situacao === 'concluida' ? separacao.itens : [])].map(
    ({ produto_id }) => produto_id,
  )

async function lerLivres(
  tx: Transacao,
  produtos: ReadonlySet<ProdutoId>,
): Promise<Map<ProdutoId, number>> {
  const linhas = await tx.dasChaves<{ produto_id: ProdutoId; livre: number }>(
    'select produto_id, livre from produtos_local where produto_id = any ($chaves)',
    [...produtos],
  )
  return new Map(linhas.map(({ produto_id, livre }) => [produto_id, livre]))
}

async function lerSeparacoes(
  tx: Transacao,
  ids: readonly PedidoId[],
): Promise<Map<PedidoId, Separacao>> {
  const linhas = await tx.dasChaves<LinhaDeSeparacao>(
    `${SEPARACOES} where pedido_id = any ($chaves)`,
    ids,
  )
  const concluidas = linhas.filter(({ status }) => status === 'concluido')
  const itens = Map.groupBy(
    await tx.dasChaves<Item & { pedido_id: PedidoId }>(
      `select pedido_id, produto_id, quantidade from itens_separacao
       where pedido_id = any ($chaves) order by pedido_id, produto_id`,
      concluidas.map(({ pedido_id }) => pedido_id),
    ),
    ({ pedido_id }) => pedido_id,
  )
  return new Map(
    linhas.map(({ pedido_id, status }) => [
      pedido_id,
      comoSeparacao(status, itens.get(pedido_id) ?? []),
    ]),
  )
}

function comoSeparacao(status: LinhaDeSeparacao['status'], itens: readonly Item[]): Separacao {
  if (status === 'insuficiente') return { situacao: 'insuficiente' }
  if (status === 'liberado') return { situacao: 'liberada' }
  return {
    situacao: 'concluida',
    itens: itens.map(({ produto_id, quantidade }) => ({ produto_id, quantidade })),
  }
}

interface Linhas {
  readonly separadas: Parametros[]
  readonly liberadas: Parametros[]
  readonly itens: Parametros[]
}

function anotar(linhas: Linhas, instante: Instante, evento: Respostas): void {
  const { pedido_id } = evento
  switch (evento.tipo) {
    case 'EstoqueSeparado':
      linhas.separadas.push([pedido_id, 'concluido', null, instante])
      for (const i of evento.itens) linhas.itens.push([pedido_id, i.produto_id, i.quantidade])
      return
    case 'EstoqueInsuficiente':
      linhas.separadas.push([pedido_id, 'insuficiente', evento.motivo, instante])
      return
    case 'EstoqueLiberado':
      linhas.liberadas.push([pedido_id, instante])
      return
    default:
      evento satisfies never
  }
}

async function gravarLinhas(tx: Transacao, linhas: Linhas): Promise<void> {
  await tx.executarCada(
    `insert into separacao_estoque (pedido_id, status, motivo, data_separacao)
     values ($1, $2, $3, $4)`,
    linhas.separadas,
  )
  await tx.executarCada(
    'insert into itens_separacao (pedido_id, produto_id, quantidade) values ($1, $2, $3)',
    linhas.itens,
  )
  await tx.executarCada(
    `insert into separacao_estoque (pedido_id, status, data_liberacao) values ($1, 'liberado', $2)
     on conflict (pedido_id) do update
       set status = 'liberado', data_liberacao = excluded.data_liberacao`,
    linhas.liberadas,
  )
}

export const importar = (tx: Transacao, ecommerce: DatabaseSync): Promise<void> =>
  tx.executarCada(
    'insert into produtos_local (produto_id, inicial, livre) values ($1, $2, $2)',
    linhasDe(ecommerce, 'select id, quantidade_estoque from produtos'),
  )
