// INT, TERM and HUP as one wish to stop, told apart from insistence (the same wish again). One
// Ctrl-C reaches node twice under npm: from the terminal's group, and again passed on by npm.

type Sinal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

const NUMEROS: Readonly<Record<Sinal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }
/** Signals closer together than this are one and the same key press. */
const MESMO_PEDIDO_MS = 300

/** The conventional exit code of a process ended by `sinal`: 128 + its number. */
export function codigoDoSinal(sinal: Sinal): number {
  return 128 + NUMEROS[sinal]
}

/** Hears the signals until disposed; while it does, none of them ends the process by itself. */
export function ouvirSinais(ao: {
  parar(sinal: Sinal): void
  insistir(sinal: Sinal): void
}): Disposable {
  let primeiroMs: number | undefined
  const ouvir = (sinal: Sinal): void => {
    const agora = performance.now()
    if (primeiroMs === undefined) {
      primeiroMs = agora
      ao.parar(sinal)
    } else if (agora - primeiroMs > MESMO_PEDIDO_MS) {
      ao.insistir(sinal)
    }
  }
  const sinais = Object.keys(NUMEROS) as Sinal[]
  for (const sinal of sinais) process.on(sinal, ouvir)
  return {
    [Symbol.dispose]: () => {
      for (const sinal of sinais) process.off(sinal, ouvir)
    },
  }
}
