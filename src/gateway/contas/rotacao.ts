// The rotation of the signing keys: when an administrator asks, and by itself once the newest is
// old. It takes effect at once, without a restart.
import type { Instante } from '../../contratos/ids.ts'
import { emFila } from '../../persistencia/database.ts'
import type { Chaves } from './chaves.ts'
import type { Tokens } from './tokens.ts'

const MAIOR_IDADE_MS = 30 * 24 * 3_600_000
const UMA_HORA_MS = 3_600_000

export interface Rotacao {
  /** The new key signs once this resolves. Errors: limite_excedido. */
  rotacionar(): Promise<{ readonly kid: string; readonly criado_em: Instante }>
  /** To be called now and then: replaces a key that is too old, deletes those that are over. */
  manter(): Promise<void>
}

export function criarRotacao(
  chaves: Chaves,
  tokens: Pick<Tokens, 'usar'>,
  relogio: () => number = Date.now,
): Rotacao {
  // One at a time: the list that is put to use last must be the one that was read last.
  const naVez = emFila()
  const usarAsEmVigor = async () => tokens.usar(await chaves.emVigor())
  return {
    rotacionar: () =>
      naVez(async () => {
        const { jwk, criado_em } = await chaves.criar()
        await usarAsEmVigor()
        return { kid: String(jwk.kid), criado_em }
      }),
    manter: () =>
      naVez(async () => {
        const [nova] = await chaves.emVigor()
        if (!nova || Date.parse(nova.criado_em) + MAIOR_IDADE_MS <= relogio()) await chaves.criar()
        await usarAsEmVigor()
        await chaves.apagarVencidas()
      }),
  }
}

/** Now, then once an hour until disposed; a failure then is told, and the next hour tries again. */
export async function manterAsChaves(
  rotacao: Rotacao,
  aoFalhar: (erro: unknown) => void,
): Promise<Disposable> {
  await rotacao.manter()
  const relogio = setInterval(() => rotacao.manter().catch(aoFalhar), UMA_HORA_MS)
  relogio.unref()
  return { [Symbol.dispose]: () => clearInterval(relogio) }
}
