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

export const separacaoDoPedido = (
  em: Leitura,
  id: PedidoId,
): Promise<LinhaDeSeparacao | undefined> =>
  em.um<LinhaDeSeparacao>(
    'select pedido_id, status, motivo, data_separacao from separacao_estoque where pedido_id = $1',
    [id],
  )

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
  const separacoes = new Map<PedidoId, Separacao>()
  const livres = new Map<ProdutoId, number>()
  for (const { comando, preparo } of prontos) {
    const separacao = await lerSeparacao(tx, comando.pedido_id)
    separacoes.set(comando.pedido_id, separacao)
    for (const produto_id of produtosDe(separacao, preparo)) {
      if (livres.has(produto_id)) continue
      const linha = await tx.um<{ livre: number }>(
        'select livre from produtos_local where produto_id = $1',
        [produto_id],
      )
      if (linha) livres.set(produto_id, linha.livre)
    }
  }
  const separacaoDe = (id: PedidoId): Separacao => separacoes.get(id) ?? { situacao: 'nenhuma' }
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

async function lerSeparacao(tx: Transacao, id: PedidoId): Promise<Separacao> {
  const linha = await separacaoDoPedido(tx, id)
  if (!linha) return { situacao: 'nenhuma' }
  if (linha.status === 'insuficiente') return { situacao: 'insuficiente' }
  if (linha.status === 'liberado') return { situacao: 'liberada' }
  const itens = await tx.todos<Item>(
    'select produto_id, quantidade from itens_separacao where pedido_id = $1',
    [id],
  )
  return { situacao: 'concluida', itens }
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
