// Catalogue entries kept for a moment, so that orders do not each ask for the same prices. The
// price of an order is the one found when it was made.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { ProdutoId } from '../../contratos/ids.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'

const FRESCO_MS = 1_000
/** With the catalogue down, prices this old still serve. */
const TOLERADO_MS = 60_000
/** Products remembered; beyond it the memory starts anew. */
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
    if (lembrados.size > MAXIMO) lembrados.clear()
    for (const id of ids) lembrados.set(id, { produto: achados.get(id), em: relogio() })
  }

  return async (ids: readonly ProdutoId[]): Promise<Map<ProdutoId, ProdutoNoCatalogo>> => {
    const velhos = ids.filter((id) => idade(id) > FRESCO_MS)
    if (velhos.length > 0) {
      for (const id of velhos) aBuscar.add(id)
      busca ??= buscarJuntos()
      try {
        await busca
      } catch (erro) {
        if (velhos.some((id) => idade(id) > TOLERADO_MS)) throw semCatalogo(erro)
      }
    }
    const produtos = new Map<ProdutoId, ProdutoNoCatalogo>()
    for (const id of ids) {
      const produto = lembrados.get(id)?.produto
      if (produto) produtos.set(id, produto)
    }
    return produtos
  }
}

const semCatalogo = (causa: unknown): ErroDeNegocio =>
  new ErroDeNegocio('servico_indisponivel', 'O catálogo não respondeu; tente de novo.', { causa })
