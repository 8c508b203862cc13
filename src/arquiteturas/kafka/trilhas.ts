// What was received of each partition in this generation, as runs: messages done with side by side
// melt into one, so that a slow one at the front costs no memory for all that overtake it. Over
// messages received, not numbers: offsets that compaction or a transaction left out hold nothing.

export interface Lugar {
  readonly topico: string
  readonly particao: number
  readonly offset: bigint
  /** Of the leader that wrote what stands there (KIP-320), where one did. */
  readonly epoca?: number | undefined
}

export interface Trilhas {
  /** Notes a message as under way; what it answers is called when it is done with. */
  anotar(lugar: Lugar): () => void
  /**
   * The next offset to read of each partition whose frontier moved since the last time, with the
   * epoch of the message before it.
   */
  tomarFronteiras(): Lugar[]
  /** Forgets everything: what was noted before moves nothing any more. */
  recomecar(): void
}

/** A message under way, or a run of messages done with, up to the offset `ate`. */
interface Trecho {
  ate: bigint
  epoca: number | undefined
  feito: boolean
  antes: Trecho | undefined
  depois: Trecho | undefined
}

interface Trilha {
  /** The run that nothing holds back: its end is the frontier. */
  readonly inicio: Trecho
  ultimo: Trecho
  tomada: bigint
}
const NADA = -1n

export function criarTrilhas(): Trilhas {
  let topicos = new Map<string, Map<number, Trilha>>()

  function trilhaDe({ topico, particao }: Lugar): Trilha {
    const particoes = topicos.getOrInsertComputed(topico, () => new Map())
    return particoes.getOrInsertComputed(particao, novaTrilha)
  }

  return {
    anotar(lugar) {
      const trilha = trilhaDe(lugar)
      const { ultimo } = trilha
      if (lugar.offset <= ultimo.ate) {
        const { topico, particao, offset } = lugar
        throw new Error(`${topico}/${particao}: offset ${offset} depois de ${ultimo.ate}`)
      }
      const { offset: ate, epoca } = lugar
      const trecho = { ate, epoca, feito: false, antes: ultimo, depois: undefined }
      ultimo.depois = trecho
      trilha.ultimo = trecho
      return () => concluir(trilha, trecho)
    },
    tomarFronteiras() {
      const movidas: Lugar[] = []
      for (const [topico, particoes] of topicos) {
        for (const [particao, trilha] of particoes) {
          const { ate, epoca } = trilha.inicio
          if (ate === trilha.tomada) continue
          trilha.tomada = ate
          movidas.push({ topico, particao, offset: ate + 1n, epoca })
        }
      }
      return movidas
    },
    recomecar() {
      topicos = new Map()
    },
  }
}

function novaTrilha(): Trilha {
  const semVizinhos = { antes: undefined, depois: undefined }
  const inicio: Trecho = { ate: NADA, epoca: undefined, feito: true, ...semVizinhos }
  return { inicio, ultimo: inicio, tomada: NADA }
}

function concluir(trilha: Trilha, trecho: Trecho): void {
  trecho.feito = true
  if (trecho.depois?.feito) absorver(trilha, trecho, trecho.depois)
  if (trecho.antes?.feito) absorver(trilha, trecho.antes, trecho)
}

function absorver(trilha: Trilha, trecho: Trecho, seguinte: Trecho): void {
  trecho.ate = seguinte.ate
  trecho.epoca = seguinte.epoca
  trecho.depois = seguinte.depois
  if (seguinte.depois) seguinte.depois.antes = trecho
  else trilha.ultimo = trecho
}
