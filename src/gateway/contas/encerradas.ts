// The sessions that ended before the access tokens issued to them: looked up in memory at every
// request, so that an ended session stops working at once.

/** How long an access token lives, and so how long the end of its session must be remembered. */
export const VIDA_DO_TOKEN_MS = 15 * 60_000
/** Some 15 MB. More sessions than this ended within a token's life: see `corteMs`. */
const MAXIMO = 100_000

export interface Encerradas {
  /** `emMs`: when it ended, in the order in which sessions end. */
  incluir(sessao: string, emMs: number): void
  tem(sessao: string, emitidoMs: number): boolean
}

export function criarEncerradas(relogio: () => number = Date.now, maximo = MAXIMO): Encerradas {
  /** When each ended; a Map keeps the order, so the first is the oldest. */
  const fins = new Map<string, number>()
  /** Forgetting one early would revive it, so whatever was issued before its end is refused too. */
  let corteMs = Number.NEGATIVE_INFINITY
  return {
    incluir(sessao, emMs) {
      fins.set(sessao, emMs)
      for (const [antiga, fimMs] of fins) {
        const vencida = fimMs + VIDA_DO_TOKEN_MS <= relogio()
        if (!vencida && fins.size <= maximo) break
        fins.delete(antiga)
        if (!vencida) corteMs = Math.max(corteMs, fimMs)
      }
    },
    tem: (sessao, emitidoMs) => emitidoMs <= corteMs || fins.has(sessao),
  }
}
