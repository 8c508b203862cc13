// Where the log's lines go: gathered here and written in blocks. The stream below weighs all that
// it holds at every line that is added, which was a fifth of what a service allocated in a flood.
import pino, { type DestinationStream } from 'pino'

/** The durable record is the table `eventos`: lines may wait so long, and be so many. */
const BLOCO_CARACTERES = 65_536
const ESCOAR_MS = 1_000

interface Saida extends DestinationStream {
  /** For a line that is itself the work, and may not be lost with the process. */
  escoar(): void
}

let aberta: Saida | undefined
/** Standard output, one for the whole process. */
export const saidaDoLog = (): Saida => {
  aberta ??= abrir()
  return aberta
}

function abrir(): Saida {
  // At once: of a block the file system only takes a copy, and none is under way at the end.
  const destino = pino.destination({ sync: true })
  let texto = ''
  function escoar(): void {
    if (texto === '') return
    destino.write(texto)
    texto = ''
  }
  setInterval(escoar, ESCOAR_MS).unref()
  process.once('exit', escoar)
  return {
    escoar,
    write(linha) {
      texto += linha
      if (texto.length >= BLOCO_CARACTERES) escoar()
    },
  }
}
