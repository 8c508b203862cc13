// A cursor whose row is written ten times a second and not after each batch: its commits would hold
// up those of the service at every hop. What a crash forgets is published again.
import type { Cursor, Recusado } from './cursor.ts'
import { pontoDeQueda } from './queda.ts'

/** How much older than the truth the row may be. */
export const GRAVAR_MS = 100

export interface Marcador {
  /** Where to read on from; another instance may have come further. */
  lugar(): Promise<number>
  /** All up to `id` was acknowledged, or is among the refused. */
  anotar(id: number, recusados: readonly Recusado[]): void
  /** Something noted is not in the row yet. */
  readonly deve: boolean
  /** Writes the row if it is time to, or `ja`. */
  gravar(ja?: boolean): Promise<void>
}

export function criarMarcador(cursor: Cursor): Marcador {
  let devido: { readonly id: number; readonly recusados: readonly Recusado[] } | undefined
  let gravadoMs = 0
  return {
    lugar: async () => Math.max(devido?.id ?? 0, await cursor.ultimoId()),
    anotar(id, recusados) {
      devido = { id, recusados: [...(devido?.recusados ?? []), ...recusados] }
    },
    get deve() {
      return devido !== undefined
    },
    async gravar(ja = false) {
      if (!devido || (!ja && performance.now() - gravadoMs < GRAVAR_MS)) return
      await cursor.avancar(devido.id, devido.recusados)
      pontoDeQueda('depois_do_cursor')
      devido = undefined
      gravadoMs = performance.now()
    },
  }
}
