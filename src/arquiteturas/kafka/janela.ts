// The window: so many messages in flight and no more. Whoever finds it full waits for a place.

export interface Janela {
  /** Resolves in the order asked, with a place taken; rejects when `signal` aborts the wait. */
  entrar(): Promise<void>
  sair(): void
  readonly ocupada: number
  /** Resolves when nobody is inside. */
  vazia(): Promise<void>
}

export function criarJanela(lugares: number, signal: AbortSignal): Janela {
  let ocupada = 0
  /** One for each caller who waits. */
  const espera: PromiseWithResolvers<void>[] = []
  let aviso: PromiseWithResolvers<void> | undefined
  signal.addEventListener('abort', () => {
    for (const { reject } of espera.splice(0)) reject(signal.reason)
  })
  return {
    entrar() {
      if (ocupada < lugares) {
        ocupada++
        return Promise.resolve()
      }
      const vez = Promise.withResolvers<void>()
      espera.push(vez)
      return vez.promise
    },
    sair() {
      // Handed on, so that nobody who comes later takes the place of one who waits.
      const proximo = espera.shift()
      if (proximo) proximo.resolve()
      else if (--ocupada === 0) {
        aviso?.resolve()
        aviso = undefined
      }
    },
    get ocupada() {
      return ocupada
    },
    async vazia() {
      if (ocupada === 0) return
      aviso ??= Promise.withResolvers()
      await aviso.promise
    },
  }
}
