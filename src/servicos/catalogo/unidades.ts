// estoque's free units, asked for at most once in 250 ms; the last known ones, marked, when down.
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { comoProdutoId, type ProdutoId } from '../../contratos/ids.ts'

const FRESCO_MS = 250

export interface Unidades {
  readonly livres: ReadonlyMap<ProdutoId, number>
  readonly desatualizadas: boolean
}

export function criarUnidades(
  perguntar: () => Promise<ReadonlyMap<ProdutoId, number>>,
  /** What holds until estoque has answered once; without it there is no answer until then. */
  conhecidas?: ReadonlyMap<ProdutoId, number>,
  relogio: () => number = () => performance.now(),
): () => Promise<Unidades> {
  let ultimas: Unidades | undefined = conhecidas && {
    livres: conhecidas,
    desatualizadas: true,
  }
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

/** What the synthetic data says, for a stock that is kept elsewhere; none without the file. */
export function unidadesImportadas(ecommerce: string): ReadonlyMap<ProdutoId, number> {
  if (!existsSync(ecommerce)) return new Map()
  using db = new DatabaseSync(ecommerce, { readOnly: true })
  const linhas = db.prepare('select id, quantidade_estoque as livre from produtos').all()
  return new Map(linhas.map(({ id, livre }) => [comoProdutoId(Number(id)), Number(livre)]))
}
