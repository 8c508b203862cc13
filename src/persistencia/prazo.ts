// Deadlines, epoch milliseconds: whoever sent the command waits no longer than this.
import { ErroDeNegocio } from '../contratos/errors.ts'

/** Nobody waits any more: the command is dropped, and whoever resumes the order sends it again. */
export function exigirPrazo(prazo: number | undefined): void {
  if (prazo !== undefined && Date.now() > prazo) throw new ErroDeNegocio('prazo_esgotado')
}

/** What is waited for, or what `esgotado` answers (or throws) when the deadline comes first. */
export async function ateOPrazo<T>(
  esperada: Promise<T>,
  prazo: number | undefined,
  esgotado: () => T,
): Promise<T> {
  if (prazo === undefined) return esperada
  let relogio: NodeJS.Timeout | undefined
  const esgotou = new Promise<void>((resolver) => {
    relogio = setTimeout(resolver, Math.max(0, prazo - Date.now()))
  })
  try {
    return await Promise.race([esperada, esgotou.then(esgotado)])
  } finally {
    clearTimeout(relogio)
  }
}
