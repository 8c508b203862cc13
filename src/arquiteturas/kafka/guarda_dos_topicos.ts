// Sees to it that the topics are there: at the start, and again whenever somebody may be missing
// one, because a broker can come back without its disk.
import { setTimeout as esperar } from 'node:timers/promises'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { ErroDeInicio } from '../../persistencia/database.ts'
import type { ConexaoKafka } from './conexao.ts'
import { deKafka } from './errors.ts'
import { garantirTopicos } from './topicos.ts'

/** The start waits so long; after that it goes on, and so does the asking. */
const INICIO_MS = 5_000
const PAUSA_MS = 250

export interface GuardaDosTopicos {
  /** Looks again, unless it is looking already. */
  conferir(): void
}

/** What stopped, once for each outage, and why. */
export type Parou = (oQue: string, erro: ErroDeNegocio) => void

/** Errors: ErroDeInicio, code 2, if it is soon known that some are missing and may not be made. */
export async function guardarTopicos(
  conexao: ConexaoKafka,
  avisar: (mensagem: string) => void,
  signal: AbortSignal,
  topicos?: readonly string[],
): Promise<GuardaDosTopicos> {
  let conferindo = false

  async function ateHaver(): Promise<void> {
    for (let falhas = 0; !signal.aborted; falhas++) {
      try {
        return await garantirTopicos(conexao, topicos)
      } catch (erro) {
        if (erro instanceof ErroDeInicio) throw erro
        if (falhas === 0) avisar(deKafka(erro).message)
        await esperar(PAUSA_MS, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }
  const dizer = (erro: unknown) => avisar((erro as Error).message)

  const inicio = ateHaver()
  // Also when it comes too late for whoever waits below.
  inicio.catch(dizer)
  const relogio = new AbortController()
  const demora = esperar(INICIO_MS, undefined, { signal: relogio.signal }).catch(() => undefined)
  await Promise.race([inicio, demora]).finally(() => relogio.abort())
  return {
    conferir() {
      if (conferindo) return
      conferindo = true
      void ateHaver()
        .catch(dizer)
        .finally(() => {
          conferindo = false
        })
    },
  }
}
