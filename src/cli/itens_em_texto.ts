// The lines of an order as typed in a terminal: `1x2,3x1` is two of product 1 and one of product 3.
import { InvalidArgumentError } from 'commander'
import type { Item } from '../contratos/comandos.ts'
import { comoProdutoId, ehId } from '../contratos/ids.ts'

const UM_ITEM = /^\s*(\d+)(?:x(\d+))?\s*$/

export const emTexto = (itens: readonly Item[]): string =>
  itens.map(({ produto_id, quantidade }) => `${produto_id}x${quantidade}`).join(',')

/** Whether there are such products, and so many, is for the API to say. */
export function lerItens(texto: string): Item[] {
  return texto.split(',').map((parte) => {
    const [, produto, quantidade = '1'] = UM_ITEM.exec(parte) ?? []
    const id = Number(produto)
    if (ehId(id) && ehId(Number(quantidade))) {
      return { produto_id: comoProdutoId(id), quantidade: Number(quantidade) }
    }
    throw new InvalidArgumentError('escreva produto x quantidade, como 1x2,3x1')
  })
}
