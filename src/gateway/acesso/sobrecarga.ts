// How many new orders may be under way at once. Taking more than can be finished helps nobody: they
// wait until their deadline, and what was spent on them is lost. So the gateway watches how long
// orders take, and when they take much longer than they have to, admits only what Little's law
// says is finished in a short time: rate × time.
import { performance } from 'node:perf_hooks'

export interface Vagas {
  /** Whether one more order should not even be read. */
  recusa(): boolean
  /** A place for one more order; undefined when there is none, and then it must not be begun. */
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
/** Fewer than this and group commit has too little to gather; also what is admitted at first. */
export const MENOR_LIMITE = 300
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
/**
 * How fast a shorter past is forgotten, each second, since simulated delays may be changed. Slowly
 * while orders are refused: the longer times are then most likely our own queue.
 */
const ESQUECIMENTO_POR_S = { livre: 0.1, recusando: 0.03 } as const
/** While orders take less than this part of what they may, there is room for more. */
const COM_FOLGA = 0.8
/** For how many times those under way; after too many, for how many times the limit. */
const CRESCIMENTO = 2
const CRESCIMENTO_CAUTELOSO = 1.2

/** `prazoMs`: the deadline of a whole order; half of it is the longest that one is let wait. */
export function criarVagas(
  prazoMs: number,
  relogio: () => number = () => performance.now(),
): Vagas {
  const taxas: number[] = []
  let limite = MENOR_LIMITE
  /** From when orders took too long until nobody is refused any more. */
  let cauteloso = false
  let ocupadas = 0
  /** What an order takes when nothing waits: the shortest median of late, in ms. */
  let baseMs = Infinity
  let rodada = novaRodada(relogio())

  function terminarRodada(agora: number): void {
    const ms = mediana(rodada.duracoes)
    const passou = agora - rodada.desde
    taxas.push(rodada.feitos / passou)
    if (taxas.length > RODADAS_LEMBRADAS) taxas.shift()
    const esquecimento = ESQUECIMENTO_POR_S[rodada.recusou ? 'recusando' : 'livre']
    baseMs = Math.min(ms, baseMs * (1 + (esquecimento * passou) / 1_000))
    const maiorMs = Math.min(TOLERANCIA * baseMs + FOLGA_MS, prazoMs / 2)
    cauteloso = ms > maiorMs || (cauteloso && rodada.recusou)
    if (ms > maiorMs) {
      limite = entreLimites(Math.max(...taxas) * maiorMs)
    } else if (ms < COM_FOLGA * maiorMs) {
      const alvo = cauteloso ? CRESCIMENTO_CAUTELOSO * limite : CRESCIMENTO * rodada.maisOcupadas
      // Over the time of one order: what a change does is seen no sooner.
      limite = entreLimites(limite + (alvo - limite) * Math.min(1, passou / ms))
    }
    rodada = novaRodada(agora)
  }

  function anotar(desde: number, feito: boolean): void {
    const agora = relogio()
    const { duracoes } = rodada
    if (feito) rodada.feitos += 1
    if (duracoes.length < MAIOR_AMOSTRA) duracoes.push(agora - desde)
    if (agora - rodada.desde >= RODADA_MS && duracoes.length >= MENOR_AMOSTRA) terminarRodada(agora)
  }

  function recusa(): boolean {
    if (ocupadas < limite) return false
    rodada.recusou = true
    return true
  }

  return {
    get limite() {
      return limite
    },
    get ocupadas() {
      return ocupadas
    },
    recusa,
    ocupar() {
      if (recusa()) return undefined
      ocupadas += 1
      rodada.maisOcupadas = Math.max(rodada.maisOcupadas, ocupadas)
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
  recusou: boolean
  maisOcupadas: number
}
const novaRodada = (desde: number): Rodada => ({
  desde,
  duracoes: [],
  feitos: 0,
  recusou: false,
  maisOcupadas: 0,
})

const mediana = (duracoes: readonly number[]): number =>
  duracoes.toSorted((a, b) => a - b)[duracoes.length >> 1] ?? Infinity

const entreLimites = (n: number): number =>
  Math.round(Math.min(MAIOR_LIMITE, Math.max(MENOR_LIMITE, n)))
