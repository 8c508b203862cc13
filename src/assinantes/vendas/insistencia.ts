// A database that fails is waited for, whatever it fails of: one batch at a time asks whether it is
// back, the others wait behind it. Only a row that is refused for its own sake ends otherwise.
import { setTimeout as esperar } from 'node:timers/promises'
import { emFila } from '../../persistencia/database.ts'
import type { Venda } from './domain.ts'
import type { Achado } from './lotes.ts'
import type { Repositorio } from './repository.ts'

const PRIMEIRA_PAUSA_MS = 100
const MAIOR_PAUSA_MS = 2_000
/** A batch alone has bad luck, while others are written. */
const RECENTE_MS = 5_000

export interface OpcoesDaInsistencia {
  readonly repositorio: Repositorio
  /** Once for each outage. */
  aoCair(erro: Error): void
  aoVoltar(foraMs: number): void
}
export interface Insistencia {
  /** Rejects only on abort. */
  gravar(lote: readonly Venda[]): Promise<ReadonlyMap<number, Achado>>
  /** The table made or looked at, when there is somebody to ask. */
  preparar(): Promise<void>
  readonly fora: boolean
}

export function criarInsistencia(opcoes: OpcoesDaInsistencia, signal: AbortSignal): Insistencia {
  const { repositorio } = opcoes
  const porta = criarPorta(opcoes, signal)

  async function gravar(lote: readonly Venda[]): Promise<ReadonlyMap<number, Achado>> {
    try {
      const havia = await porta.insistir(() => repositorio.gravar(lote))
      return new Map(
        havia.entries().map(([numero, total]) => [numero, { situacao: 'havia', total }]),
      )
    } catch (erro) {
      if (signal.aborted || !ehDaLinha(erro)) throw erro
      const [venda] = lote
      if (lote.length === 1 && venda) {
        const motivo = (erro as Error).message
        return new Map([[venda.numero, { situacao: 'recusada', motivo }]])
      }
      const achados = new Map<number, Achado>()
      for (const uma of lote) for (const achado of await gravar([uma])) achados.set(...achado)
      return achados
    }
  }
  return {
    gravar,
    preparar: () => porta.insistir(() => repositorio.preparar()),
    get fora() {
      return porta.fora()
    },
  }
}

/** By turns while it is out; whoever's turn comes after it is back goes on at once. */
function criarPorta(opcoes: OpcoesDaInsistencia, signal: AbortSignal) {
  const { repositorio } = opcoes
  const naVez = emFila()
  let foraDesde: number | undefined
  let gravouEm = -Infinity
  let pausaMs = PRIMEIRA_PAUSA_MS

  function funcionou(): void {
    gravouEm = performance.now()
    pausaMs = PRIMEIRA_PAUSA_MS
    if (foraDesde === undefined) return
    opcoes.aoVoltar(gravouEm - foraDesde)
    foraDesde = undefined
  }

  async function falhou(erro: Error): Promise<void> {
    if (ehPassagem(erro) && performance.now() - gravouEm < RECENTE_MS) {
      await esperar(PRIMEIRA_PAUSA_MS * (1 + Math.random()), undefined, { signal })
    } else if (foraDesde === undefined) {
      foraDesde = performance.now()
      opcoes.aoCair(erro)
    }
  }

  async function tentar<T>(fazer: () => Promise<T>): Promise<T> {
    if (foraDesde !== undefined) {
      await esperar(pausaMs, undefined, { signal })
      pausaMs = Math.min(2 * pausaMs, MAIOR_PAUSA_MS)
      // It may be another server, or another disk, that comes back.
      await repositorio.preparar()
    }
    const feito = await fazer()
    funcionou()
    return feito
  }

  async function insistir<T>(fazer: () => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      try {
        return await (foraDesde === undefined ? tentar(fazer) : naVez(() => tentar(fazer)))
      } catch (lancado) {
        signal.throwIfAborted()
        const erro = lancado as Error
        if (ehDaLinha(erro)) throw erro
        await falhou(erro)
      }
    }
  }

  return { insistir, fora: () => foraDesde !== undefined }
}

const codigoDe = (erro: unknown): string => String((erro as { code?: unknown })?.code ?? '')
/** Data, or a constraint that somebody added to the table. */
const ehDaLinha = (erro: unknown): boolean => /^2[23]...$/.test(codigoDe(erro))
/** Deadlock, serialization, too many connections, a lock not to be had. */
const ehPassagem = (erro: unknown): boolean => /^(40|53300|55P03|57014)/.test(codigoDe(erro))
