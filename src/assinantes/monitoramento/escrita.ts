// Messages that arrive together share one transaction, and one promise. Nothing dies here: what
// cannot be written now is tried again, ever more rarely, and meanwhile the full window of the
// consumer keeps it from reading on.
import { setTimeout as esperar } from 'node:timers/promises'
import type { Anotada } from './mensagem.ts'

export interface Escrita extends AsyncDisposable {
  /** Resolves after the commit. No more of them wait at once than the consumer has places. */
  gravar(anotada: Anotada): Promise<void>
}
export interface Pausas {
  readonly primeiraMs: number
  readonly maiorMs: number
}
const PAUSAS: Pausas = { primeiraMs: 100, maiorMs: 5_000 }

interface Lote {
  readonly mensagens: Anotada[]
  readonly gravado: PromiseWithResolvers<void>
}
const novoLote = (): Lote => ({ mensagens: [], gravado: Promise.withResolvers() })

/** `aoFalhar` is told once of each outage. */
export function criarEscrita(
  gravar: (lote: readonly Anotada[]) => Promise<unknown>,
  aoFalhar: (erro: unknown) => void,
  { primeiraMs, maiorMs }: Pausas = PAUSAS,
): Escrita {
  const fim = new AbortController()
  const { signal } = fim
  let lote = novoLote()
  let escoando: Promise<void> | undefined

  async function escoar(): Promise<void> {
    // What the reader already holds comes along.
    await new Promise((resolver) => setImmediate(resolver))
    while (lote.mensagens.length > 0) {
      const { mensagens, gravado } = lote
      lote = novoLote()
      await insistir(mensagens)
      if (signal.aborted) return
      gravado.resolve()
      await new Promise((resolver) => setImmediate(resolver))
    }
    escoando = undefined
  }

  async function insistir(mensagens: readonly Anotada[]): Promise<void> {
    for (let pausaMs = 0; !signal.aborted; ) {
      try {
        await gravar(mensagens)
        return
      } catch (erro) {
        if (pausaMs === 0) aoFalhar(erro)
        pausaMs = Math.min(Math.max(2 * pausaMs, primeiraMs), maiorMs)
        await esperar(pausaMs, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }

  return {
    gravar(anotada) {
      lote.mensagens.push(anotada)
      escoando ??= escoar()
      return lote.gravado.promise
    },
    async [Symbol.asyncDispose]() {
      fim.abort()
      await escoando
    },
  }
}
