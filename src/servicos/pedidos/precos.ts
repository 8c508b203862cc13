// Catalogue entries kept for a moment, so that orders do not each ask for the same prices. The
// price of an order is the one found when it was made.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { ProdutoId } from '../../contratos/ids.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'
import { type Buscar, criarBuscas } from './buscas.ts'

const FRESCO_MS = 1_000
/** With the catalogue down, prices this old still serve. */
const TOLERADO_MS = 60_000
/** Products remembered; beyond it the oldest answer is forgotten. */
const MAXIMO = 100_000

interface Lembrado {
  readonly produto: ProdutoNoCatalogo | undefined
  readonly em: number
}
type Produtos = Map<ProdutoId, ProdutoNoCatalogo>
type Precos = (ids: readonly ProdutoId[]) => Promise<Produtos>

/** Answers products by id; ids without a product are left out. */
export function criarPrecos(buscar: Buscar, relogio = () => performance.now()): Precos {
  const lembrados = new Map<ProdutoId, Lembrado>()
  const pedir = criarBuscas(buscar, lembrar)
  let falhouEm = -Infinity

  const idade = (id: ProdutoId) => relogio() - (lembrados.get(id)?.em ?? -Infinity)

  function lembrar(id: ProdutoId, produto: ProdutoNoCatalogo | undefined): void {
    lembrados.delete(id)
    lembrados.set(id, { produto, em: relogio() })
    const [maisVelho] = lembrados.keys()
    if (lembrados.size > MAXIMO && maisVelho !== undefined) lembrados.delete(maisVelho)
  }

  /** Right after a failure nobody waits again: what is known serves, or the order must wait. */
  async function renovar(velhos: readonly ProdutoId[]): Promise<void> {
    const serve = (id: ProdutoId) => idade(id) <= TOLERADO_MS
    if (relogio() - falhouEm < FRESCO_MS && velhos.every(serve)) return
    const buscas = await Promise.allSettled(velhos.map(pedir))
    const falha = buscas.find((busca) => busca.status === 'rejected')
    if (!falha) return
    falhouEm = relogio()
    if (!velhos.every(serve)) throw semCatalogo(falha.reason)
  }

  return async (ids) => {
    const produtos: Produtos = new Map()
    const juntar = (id: ProdutoId) => {
      const produto = lembrados.get(id)?.produto
      if (produto) produtos.set(id, produto)
      else produtos.delete(id)
    }
    const velhos = ids.filter((id) => idade(id) > FRESCO_MS)
    // Taken now: what is fresh may be forgotten while the others are fetched.
    for (const id of ids) juntar(id)
    if (velhos.length > 0) {
      await renovar(velhos)
      for (const id of velhos) juntar(id)
    }
    return produtos
  }
}

const semCatalogo = (causa: unknown): ErroDeNegocio =>
  new ErroDeNegocio('servico_indisponivel', 'O catálogo não respondeu; tente de novo.', { causa })
