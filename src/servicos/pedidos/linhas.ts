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

export const MAIOR_PAGINA = 100

/** Of each order its items, by product; all in one read. */
export async function itensDos(
  em: Leitura,
  ids: readonly PedidoId[],
): Promise<ReadonlyMap<PedidoId, readonly ItemPrecificado[]>> {
  const linhas = await em.dasChaves<LinhaDeItem>(
    `select pedido_id, produto_id, quantidade, preco_unitario_centavos from itens_pedido
     where pedido_id = any ($chaves) order by pedido_id, produto_id`,
    ids,
  )
  const porPedido = new Map<PedidoId, ItemPrecificado[]>()
  for (const { pedido_id, ...item } of linhas) {
    porPedido.getOrInsertComputed(pedido_id, () => []).push(item)
  }
  return porPedido
}

/** In the order of `linhas`, of which there are at most `MAIOR_PAGINA`. */
export async function comItens(em: Leitura, linhas: readonly Linha[]): Promise<PedidoVisivel[]> {
  if (linhas.length > MAIOR_PAGINA) {
    throw new RangeError(`uma página não tem ${linhas.length} pedidos`)
  }
  const ids = linhas.map(({ id }) => id)
  const itens = await itensDos(em, ids)
  return linhas.map(({ codigo, mensagem, desde, ...pedido }) => {
    const retido = codigo && mensagem && desde ? { retido: { codigo, mensagem, desde } } : {}
    return { ...pedido, itens: itens.get(pedido.id) ?? [], ...retido }
  })
}
