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
/** Ids in one request: what several orders ask for at once travels together, up to here. */
const IDS_POR_BUSCA = 200
const BUSCAS_AO_MESMO_TEMPO = 2

interface Lembrado {
  readonly produto: ProdutoNoCatalogo | undefined
  readonly em: number
}
type Buscar = (ids: readonly ProdutoId[]) => Promise<readonly ProdutoNoCatalogo[]>

interface Busca {
  readonly ids: Set<ProdutoId>
  readonly pronta: PromiseWithResolvers<void>
}

/** Answers products by id; ids without a product are left out. */
export function criarPrecos(buscar: Buscar, relogio: () => number = () => performance.now()) {
  const lembrados = new Map<ProdutoId, Lembrado>()
  const emBusca = new Map<ProdutoId, Busca>()
  const fila: Busca[] = []
  let correndo = 0
  let falhouEm = -Infinity

  const idade = (id: ProdutoId) => relogio() - (lembrados.get(id)?.em ?? -Infinity)

  /** The search that will bring `id`: one under way, one still filling up, or a new one. */
  function pedir(id: ProdutoId): Promise<void> {
    let busca = emBusca.get(id)
    if (!busca) {
      busca = fila.at(-1)
      if (!busca || busca.ids.size >= IDS_POR_BUSCA) {
        busca = { ids: new Set(), pronta: Promise.withResolvers() }
        fila.push(busca)
        setImmediate(correr)
      }
      busca.ids.add(id)
      emBusca.set(id, busca)
    }
    return busca.pronta.promise
  }

  async function correr(): Promise<void> {
    const busca = correndo < BUSCAS_AO_MESMO_TEMPO ? fila.shift() : undefined
    if (!busca) return
    correndo += 1
    const { ids, pronta } = busca
    try {
      const achados = new Map((await buscar([...ids])).map((p) => [p.id, p]))
      for (const id of ids) lembrar(id, achados.get(id))
      pronta.resolve()
    } catch (erro) {
      falhouEm = relogio()
      pronta.reject(erro)
    } finally {
      correndo -= 1
      for (const id of ids) emBusca.delete(id)
      setImmediate(correr)
    }
  }

  function lembrar(id: ProdutoId, produto: ProdutoNoCatalogo | undefined): void {
    lembrados.delete(id)
    lembrados.set(id, { produto, em: relogio() })
    const [maisVelho] = lembrados.keys()
    if (lembrados.size > MAXIMO && maisVelho !== undefined) lembrados.delete(maisVelho)
  }

  /** Right after a failure nobody waits again: what is known serves, or the order must wait. */
  async function renovar(velhos: readonly ProdutoId[]): Promise<void> {
    const recemFalhou = relogio() - falhouEm < FRESCO_MS
    const serve = (id: ProdutoId) => idade(id) <= TOLERADO_MS
    if (recemFalhou && velhos.every(serve)) return
    const buscas = await Promise.allSettled(velhos.map(pedir))
    const falha = buscas.find((busca) => busca.status === 'rejected')
    if (falha && !velhos.every(serve)) throw semCatalogo(falha.reason)
  }

  return async (ids: readonly ProdutoId[]): Promise<Map<ProdutoId, ProdutoNoCatalogo>> => {
    const produtos = new Map<ProdutoId, ProdutoNoCatalogo>()
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
