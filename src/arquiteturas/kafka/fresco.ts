// What is asked so that others may look: kept for a moment, so that however many ask, one question
// is under way; and nobody waits for it longer than they can, whatever became of the cluster.
import { ateOPrazo } from '../../persistencia/prazo.ts'

export interface Frescor {
  readonly frescoMs: number
  /** Less than whoever looks at us waits: Prometheus, the gateway, the terminal. */
  readonly esperaMs: number
}
const FRESCOR: Frescor = { frescoMs: 1_000, esperaMs: 1_000 }

/** Undefined when the answer did not come in time, or there is none. */
export function criarFresco<T>(
  perguntar: () => Promise<T>,
  { frescoMs, esperaMs }: Frescor = FRESCOR,
  relogio: () => number = () => performance.now(),
): () => Promise<T | undefined> {
  let pergunta: Promise<T | undefined> | undefined
  let respondida = Number.POSITIVE_INFINITY

  async function perguntarAgora(): Promise<T | undefined> {
    const lida = await perguntar().catch(() => undefined)
    respondida = relogio()
    return lida
  }
  return async () => {
    if (!pergunta || relogio() - respondida > frescoMs) {
      respondida = Number.POSITIVE_INFINITY
      pergunta = perguntarAgora()
    }
    if (respondida !== Number.POSITIVE_INFINITY) return pergunta
    return ateOPrazo(pergunta, Date.now() + esperaMs, () => undefined)
  }
}
