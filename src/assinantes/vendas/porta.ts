// The door to a database that fails: one batch at a time asks whether it is back, the others wait
// behind it. What it fails of is told once for each reason.
import { setTimeout as esperar } from 'node:timers/promises'
import { emFila } from '../../persistencia/database.ts'
import { ehPassagem, motivoDe, podeSerDaLinha } from './falhas.ts'

const PRIMEIRA_PAUSA_MS = 100
const MAIOR_PAUSA_MS = 2_000
/** A batch alone has bad luck, or a bad row, while others are written. */
const RECENTE_MS = 5_000
/** Told of one outage at most: a text may be another each time. */
const MOTIVOS = 20

export interface OpcoesDaPorta {
  /** The table made or looked at: it may be another server, or another disk, that comes back. */
  preparar(): Promise<void>
  /** Once for each reason of an outage. */
  aoCair(erro: Error): void
  aoVoltar(foraMs: number): void
}
export interface Porta {
  /** Until it is done; rejects only on abort. */
  insistir(fazer: () => Promise<void>): Promise<void>
  /** Something was written, be it a part of what is to be done. */
  funcionou(): void
  falhou(erro: Error): Promise<void>
  readonly fora: boolean
}

/** By turns while it is out; whoever's turn comes after it is back goes on at once. */
export function criarPorta(opcoes: OpcoesDaPorta, signal: AbortSignal): Porta {
  const naVez = emFila()
  const ditos = new Set<string>()
  let foraDesde: number | undefined
  let gravouEm = -Infinity
  let pausaMs = PRIMEIRA_PAUSA_MS

  function funcionou(): void {
    gravouEm = performance.now()
    pausaMs = PRIMEIRA_PAUSA_MS
    if (foraDesde === undefined) return
    opcoes.aoVoltar(gravouEm - foraDesde)
    foraDesde = undefined
    ditos.clear()
  }

  async function falhou(erro: Error): Promise<void> {
    const sozinho = ehPassagem(erro) || podeSerDaLinha(erro)
    if (sozinho && performance.now() - gravouEm < RECENTE_MS) {
      await esperar(PRIMEIRA_PAUSA_MS * (1 + Math.random()), undefined, { signal })
      return
    }
    foraDesde ??= performance.now()
    const motivo = motivoDe(erro)
    if (ditos.size >= MOTIVOS || ditos.has(motivo)) return
    ditos.add(motivo)
    opcoes.aoCair(erro)
  }

  async function tentar(fazer: () => Promise<void>): Promise<void> {
    if (foraDesde !== undefined) {
      await esperar(pausaMs, undefined, { signal })
      pausaMs = Math.min(2 * pausaMs, MAIOR_PAUSA_MS)
      await opcoes.preparar()
    }
    await fazer()
    funcionou()
  }

  return {
    async insistir(fazer) {
      for (;;) {
        signal.throwIfAborted()
        try {
          return await (foraDesde === undefined ? tentar(fazer) : naVez(() => tentar(fazer)))
        } catch (erro) {
          signal.throwIfAborted()
          await falhou(erro as Error)
        }
      }
    },
    ...{ funcionou, falhou },
    get fora() {
      return foraDesde !== undefined
    },
  }
}
