// What a service may ask of another on its own account: reads only, never a step of the flow.
import type { Item } from '../contratos/comandos.ts'
import type { Centavos } from '../contratos/dinheiro.ts'
import type { PedidoId, ProdutoId } from '../contratos/ids.ts'

export interface ProdutoNoCatalogo {
  readonly id: ProdutoId
  readonly nome: string
  /** Free units: stock less reservations. */
  readonly estoque: number
  readonly preco_centavos: Centavos
  /** True when estoque did not answer and the number is the last one known. */
  readonly estoque_desatualizado?: boolean
}

export interface Vizinhos {
  /** From catalogo; unknown ids are left out. Throws a transient ErroDeNegocio when it is down. */
  produtos(ids: readonly ProdutoId[]): Promise<readonly ProdutoNoCatalogo[]>
  /** From estoque: free units of every product. */
  unidadesLivres(): Promise<ReadonlyMap<ProdutoId, number>>
  /** From pedidos: what a foreign message left out. */
  compra(id: PedidoId): Promise<{ itens: readonly Item[]; valor_centavos: Centavos }>
}
