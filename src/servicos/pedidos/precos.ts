// Catalogue entries kept for a moment, so that orders do not each ask for the same prices. The
// price of an order is the one found when it was made.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { ProdutoId } from '../../contratos/ids.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'

const FRESCO_MS = 1_000
/** With the catalogue down, prices this old still serve. */
const TOLERADO_MS = 60_000
/** Products remembered; beyond it the oldest answer is forgotten. */
const MAXIMO = 100_000

interface Lembrado {
  readonly produto: ProdutoNoCatalogo | undefined
  readonly em: number
}
type Buscar = (ids: readonly ProdutoId[]) => Promise<readonly ProdutoNoCatalogo[]>

/** Answers products by id; what waits at the same time is fetched in one request. */
export function criarPrecos(buscar: Buscar, relogio: () => number = () => performance.now()) {
  const lembrados = new Map<ProdutoId, Lembrado>()
  let aBuscar = new Set<ProdutoId>()
  let busca: Promise<void> | undefined

  const idade = (id: ProdutoId) => relogio() - (lembrados.get(id)?.em ?? -Infinity)

  async function buscarJuntos(): Promise<void> {
    await new Promise(setImmediate)
    const ids = [...aBuscar]
    aBuscar = new Set()
    busca = undefined
    const achados = new Map((await buscar(ids)).map((p) => [p.id, p]))
    for (const id of ids) {
      lembrados.delete(id)
      lembrados.set(id, { produto: achados.get(id), em: relogio() })
    }
    for (const maisVelho of lembrados.keys()) {
      if (lembrados.size <= MAXIMO) break
      lembrados.delete(maisVelho)
    }
  }

  return async (ids: readonly ProdutoId[]): Promise<Map<ProdutoId, ProdutoNoCatalogo>> => {
    const produtos = new Map<ProdutoId, ProdutoNoCatalogo>()
    const juntar = (id: ProdutoId) => {
      const produto = lembrados.get(id)?.produto
      if (produto) produtos.set(id, produto)
    }
    const velhos = ids.filter((id) => idade(id) > FRESCO_MS)
    // Taken now: what is fresh may be forgotten while the others are fetched.
    for (const id of ids) juntar(id)
    if (velhos.length > 0) {
      for (const id of velhos) aBuscar.add(id)
      busca ??= buscarJuntos()
      try {
        await busca
      } catch (erro) {
        if (velhos.some((id) => idade(id) > TOLERADO_MS)) throw semCatalogo(erro)
      }
      for (const id of velhos) {
        produtos.delete(id)
        juntar(id)
      }
    }
    return produtos
  }
}

const semCatalogo = (causa: unknown): ErroDeNegocio =>
  new ErroDeNegocio('servico_indisponivel', 'O catálogo não respondeu; tente de novo.', { causa })
