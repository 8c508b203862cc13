// How many new orders may be under way at once. Taking more than can be finished helps nobody: they
// wait until their deadline, and what was spent on them is lost. So the gateway watches how long
// orders take, and when they take much longer than they have to, admits only what Little's law
// says is finished in a short time: rate × time.
import { performance } from 'node:perf_hooks'

export interface Vagas {
  /** A place for one more order; undefined when there is none, and then it should not be begun. */
  ocupar(): Vaga | undefined
  readonly limite: number
  readonly ocupadas: number
}
/** An order at its end, one that ran out of time, or one that was never begun. */
export type Desfecho = 'feito' | 'esgotado' | 'recusado'
export interface Vaga {
  liberar(desfecho: Desfecho): void
}

/** Each holds a connection to pedidos, some 40 KB in both processes. */
export const MAIOR_LIMITE = 2_000
/** Fewer than this and group commit has too little to gather. */
const MENOR_LIMITE = 200
const RODADA_MS = 500
/** A median of fewer says little. */
const MENOR_AMOSTRA = 20
/** The best of these says what the services can do: a moment's pause must not lower it. */
const RODADAS_LEMBRADAS = 20
/** An order may take so many times what it has to, and this long besides. */
const TOLERANCIA = 1.5
const FOLGA_MS = 250
/** Durations kept of one round, enough for its median. */
const MAIOR_AMOSTRA = 2_000
/** How fast a shorter past is forgotten, each second: simulated delays may be changed. */
const ESQUECIMENTO_POR_S = 0.1
/** Growth of the limit in the time of one order: what it does is seen no sooner. */
const CRESCIMENTO = 0.2

/** `prazoMs`: the deadline of a whole order; half of it is the longest that one is let wait. */
export function criarVagas(
  prazoMs: number,
  relogio: () => number = () => performance.now(),
): Vagas {
  const taxas: number[] = []
  let limite = MAIOR_LIMITE
  let ocupadas = 0
  /** What an order takes when nothing waits: the shortest median of late, in ms. */
  let baseMs = Infinity
  let rodada = novaRodada(relogio())

  function terminarRodada(agora: number): void {
    const ms = mediana(rodada.duracoes)
    const passou = agora - rodada.desde
    taxas.push(rodada.feitos / passou)
    if (taxas.length > RODADAS_LEMBRADAS) taxas.shift()
    baseMs = Math.min(ms, baseMs * (1 + (ESQUECIMENTO_POR_S * passou) / 1_000))
    const maiorMs = Math.min(TOLERANCIA * baseMs + FOLGA_MS, prazoMs / 2)
    const maior = limite * (1 + CRESCIMENTO * Math.min(1, passou / ms))
    limite = entreLimites(ms > maiorMs ? Math.max(...taxas) * maiorMs : maior)
    rodada = novaRodada(agora)
  }

  function anotar(desde: number, feito: boolean): void {
    const agora = relogio()
    const { duracoes } = rodada
    if (feito) rodada.feitos += 1
    if (duracoes.length < MAIOR_AMOSTRA) duracoes.push(agora - desde)
    if (agora - rodada.desde >= RODADA_MS && duracoes.length >= MENOR_AMOSTRA) terminarRodada(agora)
  }

  return {
    get limite() {
      return limite
    },
    get ocupadas() {
      return ocupadas
    },
    ocupar() {
      if (ocupadas >= limite) return undefined
      ocupadas += 1
      const desde = relogio()
      return {
        liberar(desfecho) {
          ocupadas -= 1
          if (desfecho !== 'recusado') anotar(desde, desfecho === 'feito')
        },
      }
    },
  }
}

interface Rodada {
  readonly desde: number
  readonly duracoes: number[]
  feitos: number
}
const novaRodada = (desde: number): Rodada => ({ desde, duracoes: [], feitos: 0 })

const mediana = (duracoes: readonly number[]): number =>
  duracoes.toSorted((a, b) => a - b)[duracoes.length >> 1] ?? Infinity

const entreLimites = (n: number): number =>
  Math.round(Math.min(MAIOR_LIMITE, Math.max(MENOR_LIMITE, n)))
