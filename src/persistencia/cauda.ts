// The end of the log as this process has just written it, so that its relay need not read back what
// it still holds. Never more than a hint: where it does not reach, the log itself is asked.

/** Anything with its place in an append-only log without gaps. */
interface ComId {
  readonly id: number
}

export interface Cauda<R extends ComId> {
  /** After their commit, in the order of the log. */
  acrescentar(novos: readonly R[]): void
  /** What follows `id` without a gap, at most `limite`; undefined when the log must be asked. */
  apos(id: number, limite: number): readonly R[] | undefined
}

/** Holds `maximo` at most: a relay that is further behind reads the log. */
export function criarCauda<R extends ComId>(maximo: number): Cauda<R> {
  let guardados: R[] = []
  return {
    acrescentar(novos) {
      if (novos.length === 0) return
      const seguem = novos[0]?.id === (guardados.at(-1)?.id ?? Number.NaN) + 1
      const cabem = guardados.length + novos.length <= maximo
      if (seguem && cabem) guardados.push(...novos)
      else guardados = novos.length <= maximo ? [...novos] : []
    },
    apos(id, limite) {
      const primeiro = guardados[0]
      if (!primeiro || id + 1 < primeiro.id) return undefined
      // What was asked for before is forgotten: whoever must go back asks the log.
      guardados.splice(0, id + 1 - primeiro.id)
      return guardados.length > 0 ? guardados.slice(0, limite) : undefined
    },
  }
}
