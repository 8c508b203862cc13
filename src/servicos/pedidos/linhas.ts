// Rows of the table `pedidos` turned into orders, whatever their number with two reads in all.
import type { ItemPrecificado } from '../../contratos/comandos.ts'
import type { Instante, PedidoId } from '../../contratos/ids.ts'
import type { Leitura } from '../../persistencia/database.ts'
import type { PedidoVisivel } from './consultas.ts'

export const COLUNAS = `p.id, p.cliente_id, p.status, p.motivo, p.arquitetura, p.origem, p.metodo,
  p.total_centavos, p.criado_em, p.atualizado_em, r.codigo, r.mensagem, r.desde`
export const DE = 'from pedidos p left join retidos r on r.pedido_id = p.id'

export type Linha = Omit<PedidoVisivel, 'itens' | 'retido'> & {
  readonly codigo: string | null
  readonly mensagem: string | null
  readonly desde: Instante | null
}
type LinhaDeItem = ItemPrecificado & { readonly pedido_id: PedidoId }

/** Texts are prepared once each, so they are few: a list is filled up with 0 to the next size. */
const TAMANHOS = [1, 20, 100] as const
export const MAIOR_PAGINA = TAMANHOS[2]
const TEXTOS = TAMANHOS.map((tamanho) => ({ tamanho, sql: textoDosItens(tamanho) }))

function textoDosItens(tamanho: number): string {
  const lugares = Array.from({ length: tamanho }, (_, i) => `$${i + 1}`).join(', ')
  return `select pedido_id, produto_id, quantidade, preco_unitario_centavos from itens_pedido
    where pedido_id in (${lugares}) order by pedido_id, produto_id`
}

/** In the order of `linhas`, of which there are at most `MAIOR_PAGINA`. */
export async function comItens(em: Leitura, linhas: readonly Linha[]): Promise<PedidoVisivel[]> {
  if (linhas.length === 0) return []
  const texto = TEXTOS.find(({ tamanho }) => tamanho >= linhas.length)
  if (!texto) throw new RangeError(`uma página não tem ${linhas.length} pedidos`)
  const ids = Array.from({ length: texto.tamanho }, (_, i) => linhas[i]?.id ?? 0)
  const itens = await em.todos<LinhaDeItem>(texto.sql, ids)
  const porPedido = Map.groupBy(itens, ({ pedido_id }) => pedido_id)
  return linhas.map(({ codigo, mensagem, desde, ...pedido }) => {
    const seus = (porPedido.get(pedido.id) ?? []).map(({ pedido_id: _, ...item }) => item)
    const retido = codigo && mensagem && desde ? { retido: { codigo, mensagem, desde } } : {}
    return { ...pedido, itens: seus, ...retido }
  })
}
