// Questions to the catalogue, gathered: what several orders ask for at once travels in one request,
// bounded in size and in number, however many ask and however long it takes to answer.
import type { ProdutoId } from '../../contratos/ids.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'

const IDS_POR_BUSCA = 200
const AO_MESMO_TEMPO = 2

export type Buscar = (ids: readonly ProdutoId[]) => Promise<readonly ProdutoNoCatalogo[]>
type AoAchar = (id: ProdutoId, produto: ProdutoNoCatalogo | undefined) => void

interface Busca {
  readonly ids: Set<ProdutoId>
  readonly pronta: PromiseWithResolvers<void>
}

/** What it gives back resolves once `aoAchar` was told of the id, or rejects as `buscar` did. */
export function criarBuscas(buscar: Buscar, aoAchar: AoAchar): (id: ProdutoId) => Promise<void> {
  const emBusca = new Map<ProdutoId, Busca>()
  const fila: Busca[] = []
  let correndo = 0

  async function correr(): Promise<void> {
    const busca = correndo < AO_MESMO_TEMPO ? fila.shift() : undefined
    if (!busca) return
    correndo += 1
    const { ids, pronta } = busca
    try {
      const achados = new Map((await buscar([...ids])).map((p) => [p.id, p]))
      for (const id of ids) aoAchar(id, achados.get(id))
      pronta.resolve()
    } catch (erro) {
      pronta.reject(erro)
    } finally {
      correndo -= 1
      for (const id of ids) emBusca.delete(id)
      setImmediate(correr)
    }
  }

  /** The search still filling up, or a new one. */
  function aberta(): Busca {
    const ultima = fila.at(-1)
    if (ultima && ultima.ids.size < IDS_POR_BUSCA) return ultima
    const nova: Busca = { ids: new Set(), pronta: Promise.withResolvers() }
    fila.push(nova)
    setImmediate(correr)
    return nova
  }

  return (id) => {
    const busca = emBusca.get(id) ?? aberta()
    busca.ids.add(id)
    emBusca.set(id, busca)
    return busca.pronta.promise
  }
}
