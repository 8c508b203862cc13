// Long poll over a service's log: what is asked for is read at once, and again after each commit,
// until there is something to tell or the wait is over.
import { addAbortListener } from 'node:events'
import { setTimeout as esperar } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Registro } from './registro.ts'

export const MAIOR_ESPERA_MS = 25_000
/** Another instance of the service writes in the same PostgreSQL without telling this one. */
const RELER_MS = 500

interface Espera<T> {
  readonly esperaMs: number
  ler(): Promise<T>
  /** Whether it is worth answering with. */
  basta(lido: T): boolean
}
export type Esperar = <T>(resposta: FastifyReply, espera: Espera<T>) => Promise<T>

/** What waits here is let go when whoever asked has gone, or `app` begins to close. */
export function criarEspera(app: FastifyInstance, registro: Registro): Esperar {
  const encerrando = new AbortController()
  app.addHook('preClose', (feito) => {
    encerrando.abort()
    feito()
  })
  return async ({ raw }, { esperaMs, ler, basta }) => {
    const ate = performance.now() + esperaMs
    for (;;) {
      const gravou = Promise.withResolvers<void>()
      using _ouvinte = registro.aoGravar(() => gravou.resolve())
      const lido = await ler()
      const restaMs = ate - performance.now()
      if (basta(lido) || restaMs <= 0 || encerrando.signal.aborted || raw.destroyed) {
        return lido
      }
      const desistencia = new AbortController()
      const desistir = () => desistencia.abort()
      using _fim = addAbortListener(encerrando.signal, desistir)
      raw.once('close', desistir)
      const pausa = esperar(Math.min(restaMs, RELER_MS), undefined, { signal: desistencia.signal })
      await Promise.race([gravou.promise, pausa.catch(() => undefined)])
      raw.off('close', desistir)
      desistir()
    }
  }
}
