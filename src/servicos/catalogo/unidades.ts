// estoque's free units, asked for at most once in 250 ms; the last known ones, marked, when down.
import type { ProdutoId } from '../../contratos/ids.ts'

const FRESCO_MS = 250

export interface Unidades {
  readonly livres: ReadonlyMap<ProdutoId, number>
  readonly desatualizadas: boolean
}

export function criarUnidades(
  perguntar: () => Promise<ReadonlyMap<ProdutoId, number>>,
  relogio: () => number = () => performance.now(),
): () => Promise<Unidades> {
  let ultimas: Unidades | undefined
  let em = -Infinity
  let pergunta: Promise<Unidades> | undefined

  async function atualizar(): Promise<Unidades> {
    try {
      ultimas = { livres: await perguntar(), desatualizadas: false }
    } catch (erro) {
      if (!ultimas) throw erro
      ultimas = { livres: ultimas.livres, desatualizadas: true }
    } finally {
      em = relogio()
      pergunta = undefined
    }
    return ultimas
  }

  return async () => {
    if (ultimas && relogio() - em <= FRESCO_MS) return ultimas
    pergunta ??= atualizar()
    return pergunta
  }
}
