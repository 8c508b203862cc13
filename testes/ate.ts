// The only way in which tests wait: until something is so, at most so long, never a fixed time.
import { setTimeout as esperar } from 'node:timers/promises'

const PASSO_MS = 20

/** Polls `condicao` until it gives something truthy and returns that. Throws after `limiteMs`. */
export async function ate<T>(
  condicao: () => T | Promise<T>,
  limiteMs: number,
  descricao: string,
): Promise<NonNullable<T>> {
  const prazo = performance.now() + limiteMs
  for (;;) {
    const valor = await condicao()
    if (valor) return valor
    if (performance.now() >= prazo) throw new Error(`${descricao}: não em ${limiteMs} ms`)
    await esperar(PASSO_MS)
  }
}
