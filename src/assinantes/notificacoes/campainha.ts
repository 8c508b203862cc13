// What wakes one that sleeps: a ring that comes while it is awake is heard at the next sleep.

export interface Campainha {
  tocar(): void
  /** Until it rings, or so long, or the end. */
  esperar(ms: number, signal: AbortSignal): Promise<void>
}

export function criarCampainha(): Campainha {
  let tocada = false
  let acordar: () => void = () => undefined
  return {
    tocar() {
      tocada = true
      acordar()
    },
    async esperar(ms, signal) {
      if (!tocada && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>()
        acordar = resolve
        const relogio = setTimeout(resolve, ms)
        signal.addEventListener('abort', acordar, { once: true })
        await promise
        clearTimeout(relogio)
        signal.removeEventListener('abort', acordar)
      }
      tocada = false
    },
  }
}
