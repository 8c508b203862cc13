// A product as it is shown: catalogue's name and price with estoque's free units.
import type { Centavos } from '../../contratos/dinheiro.ts'
import type { ProdutoId } from '../../contratos/ids.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'

export interface Produto {
  readonly id: ProdutoId
  readonly nome: string
  readonly preco_centavos: Centavos
}

export const mostrar = (
  produto: Produto,
  livres: ReadonlyMap<ProdutoId, number>,
  desatualizado: boolean,
): ProdutoNoCatalogo => ({
  id: produto.id,
  nome: produto.nome,
  estoque: livres.get(produto.id) ?? 0,
  preco_centavos: produto.preco_centavos,
  ...(desatualizado && { estoque_desatualizado: true }),
})
