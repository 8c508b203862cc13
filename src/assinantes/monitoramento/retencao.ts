// The oldest messages make room: by age, and by number. A few at a time, so that whoever writes
// never waits for long; what they left counts stays counted.
import { setTimeout as esperar } from 'node:timers/promises'
import type { ConfiguracaoDoMonitoramento } from '../../infra/variaveis_do_monitoramento.ts'
import type { Database } from '../../persistencia/database.ts'
import { remover } from './repository.ts'

const LOTE = 2_000
const INTERVALO_MS = 10_000

/** All that is due now. Between two batches the writers that wait have their turn. */
export async function aplicarRetencao(
  db: Database,
  { retencaoMs, maximo }: ConfiguracaoDoMonitoramento,
  signal: AbortSignal,
  agoraMs = Date.now(),
): Promise<number> {
  const antesMs = retencaoMs === 0 ? 0 : agoraMs - retencaoMs
  let removidas = 0
  while (!signal.aborted) {
    const destas = await remover(db, { manter: maximo, antesMs, limite: LOTE })
    removidas += destas
    if (destas < LOTE) break
    await new Promise((resolver) => setImmediate(resolver))
  }
  return removidas
}

/** `aoFalhar` is told once of each outage. */
export function iniciarRetencao(
  db: Database,
  retencao: ConfiguracaoDoMonitoramento,
  aoFalhar: (erro: unknown) => void,
): AsyncDisposable {
  const fim = new AbortController()
  const { signal } = fim
  async function andar(): Promise<void> {
    for (let falhou = false; !signal.aborted; ) {
      try {
        await aplicarRetencao(db, retencao, signal)
        falhou = false
      } catch (erro) {
        if (!falhou) aoFalhar(erro)
        falhou = true
      }
      await esperar(INTERVALO_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const andando = andar()
  return {
    async [Symbol.asyncDispose]() {
      fim.abort()
      await andando
    },
  }
}
