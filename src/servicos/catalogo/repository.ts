// The products as rows.
import type { DatabaseSync } from 'node:sqlite'
import type { ProdutoId } from '../../contratos/ids.ts'
import type { Leitura, Transacao } from '../../persistencia/database.ts'
import { linhasDe } from '../importacao.ts'
import type { Produto } from './domain.ts'

export const todosOsProdutos = (em: Leitura): Promise<Produto[]> =>
  em.todos<Produto>('select id, nome, preco_centavos from produtos order by id')

export async function produtosPorId(em: Leitura, ids: readonly ProdutoId[]): Promise<Produto[]> {
  const achados = ids.map((id) =>
    em.um<Produto>('select id, nome, preco_centavos from produtos where id = $1', [id]),
  )
  return (await Promise.all(achados)).filter((produto) => produto !== undefined)
}

export const importar = (tx: Transacao, ecommerce: DatabaseSync): Promise<void> =>
  tx.executarCada(
    'insert into produtos (id, nome, preco_centavos) values ($1, $2, $3)',
    linhasDe(ecommerce, 'select id, nome, preco_centavos from produtos'),
  )
