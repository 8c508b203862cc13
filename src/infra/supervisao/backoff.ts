// How long a crashed child waits before its next life.

const INICIAL_MS = 200
const MAXIMO_MS = 10_000
/** A life that served this long was no part of a series of crashes. */
const SAUDAVEL_APOS_MS = 30_000

/** Milliseconds after `quedas` (≥ 1) short lives: doubling, capped, with jitter so that children
 * felled together do not return together. `sorte` is in [0, 1). */
export function esperaAposQueda(quedas: number, sorte = Math.random()): number {
  const cheia = Math.min(MAXIMO_MS, INICIAL_MS * 2 ** (quedas - 1))
  return cheia * (0.5 + sorte / 2)
}

/** The count of short lives in a row, after one that served for `servidoMs`. */
export function contarQueda(quedas: number, servidoMs: number): number {
  return servidoMs >= SAUDAVEL_APOS_MS ? 1 : quedas + 1
}
