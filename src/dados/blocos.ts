// A million rows in one thread without deafness: work goes in blocks, and between two of them the
// event loop runs, progress is drawn and Ctrl-C is heard.
import { setImmediate } from 'node:timers/promises'

/** Rows (clients, products, orders) written so far and in all. */
export type SaidaDeProgresso = (feitos: number, total: number) => void

/** Calls `gravar` with rising, inclusive ranges of ids that together cover 1…quantos. */
export type PorBloco = (
  quantos: number,
  gravar: (primeiro: number, ultimo: number) => void,
) => Promise<void>

const BLOCO = 1_000

/** One count of progress over all that is written; rejects with the reason of `signal`. */
export function emBlocos(
  total: number,
  saidaDeProgresso: SaidaDeProgresso,
  signal: AbortSignal | undefined,
): PorBloco {
  let feitos = 0
  return async (quantos, gravar) => {
    for (let primeiro = 1; primeiro <= quantos; primeiro += BLOCO) {
      const ultimo = Math.min(primeiro + BLOCO - 1, quantos)
      gravar(primeiro, ultimo)
      feitos += ultimo - primeiro + 1
      saidaDeProgresso(feitos, total)
      await setImmediate()
      signal?.throwIfAborted()
    }
  }
}
