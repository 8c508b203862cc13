// The acts on products: not steps of an order, so not commands of the flow (ADR 0012). What they
// say, their natural names, what a repeat must share with the first, and their limits.
import { hash } from 'node:crypto'
import type { Centavos } from './dinheiro.ts'
import type { Causa, ProdutoId } from './ids.ts'

export type TipoAto = 'CriarProduto' | 'MudarProduto' | 'ReporEstoque'

export interface CriarProduto {
  readonly causa: Causa
  readonly nome: string
  readonly preco_centavos: Centavos
  /** Estoque's to add; named here so that a repeat with other units is seen to be another act. */
  readonly unidades: number
}
export interface MudarProduto {
  readonly produto_id: ProdutoId
  readonly nome?: string | undefined
  readonly preco_centavos?: Centavos | undefined
}
export interface ReporEstoque {
  /** Its own, or that of the creation that brought the units. */
  readonly causa: Causa
  readonly produto_id: ProdutoId
  readonly quantidade: number
}

/** R$ 20 million, as much as a whole order may cost. */
export const MAIOR_PRECO_CENTAVOS = 2_000_000_000
export const MAIOR_NOME = 120
export const MAIOR_REPOSICAO = 1_000_000
/**
 * Units of a product that ever came in, the sold ones too, because an order undone brings them
 * back: so free units always fit the int32 in which they travel.
 */
export const MAIOR_ENTRADA = 2_147_483_647

/** As a new order's: whose key it is, then the key, which may hold anything printable. */
export const causaDoAto = (tipo: TipoAto, usuario_id: number, chave: string): Causa =>
  `admin/${usuario_id}/${tipo}/${chave}` as Causa

export const resumoDaCriacao = ({ nome, preco_centavos, unidades }: CriarProduto): string =>
  hash('sha1', JSON.stringify([nome, preco_centavos, unidades]), 'base64url')
