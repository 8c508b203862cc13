// A closed-loop generator: keeps a number of requests in flight for a time, and counts.
import { performance } from 'node:perf_hooks'

export interface Medida {
  /** Completed per second. */
  readonly porSegundo: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly erros: number
}

/** Runs `uma` with `emVoo` at a time for `segundos`, after a warm-up that is not counted. */
export async function carregar(
  uma: (n: number) => Promise<boolean>,
  emVoo: number,
  segundos: number,
  aquecimentoS = 2,
): Promise<Medida> {
  let n = 0
  let erros = 0
  const duracoes: number[] = []
  const comeco = performance.now() + aquecimentoS * 1_000
  const fim = comeco + segundos * 1_000
  async function correr(): Promise<void> {
    while (performance.now() < fim) {
      const inicio = performance.now()
      const certo = await uma(++n)
      if (inicio < comeco) continue
      if (certo) duracoes.push(performance.now() - inicio)
      else erros++
    }
  }
  await Promise.all(Array.from({ length: emVoo }, correr))
  duracoes.sort((a, b) => a - b)
  const quantil = (q: number) => duracoes[Math.floor(q * (duracoes.length - 1))] ?? Number.NaN
  const porSegundo = duracoes.length / segundos
  return { porSegundo, p50Ms: quantil(0.5), p99Ms: quantil(0.99), erros }
}

type Vazao = Pick<Medida, 'porSegundo'>

/** The measure in the middle by throughput. */
export function mediana<M extends Vazao>(medidas: readonly M[]): M {
  const ordenadas = [...medidas].sort((a, b) => a.porSegundo - b.porSegundo)
  return ordenadas[Math.floor(ordenadas.length / 2)]!
}

/** Ours / theirs, round by round: what holds when the machine's speed drifts. */
export const razoes = (nossas: readonly Vazao[], delas: readonly Vazao[]): string =>
  nossas.map((m, i) => (m.porSegundo / delas[i]!.porSegundo).toFixed(2)).join(' ')
