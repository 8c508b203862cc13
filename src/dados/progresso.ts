// Progress on stderr, so that stdout keeps only the summary: a bar where a person is looking,
// sparse plain lines in a file or a CI log. Neither uses colour, so NO_COLOR has nothing to remove.
import type { SaidaDeProgresso } from './blocos.ts'

export interface Progresso extends Disposable {
  readonly avancar: SaidaDeProgresso
}

type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean }

const INTERVALO_MS = 2_000

export async function abrirProgresso(terminal: Terminal): Promise<Progresso> {
  const movel = terminal.isTTY === true && process.env.TERM !== 'dumb'
  return movel ? await barra(terminal) : linhas(terminal)
}

async function barra(terminal: Terminal): Promise<Progresso> {
  const { SingleBar, Presets } = await import('cli-progress')
  const desenho = new SingleBar(
    {
      stream: terminal,
      format: 'Gerando [{bar}] {percentage}% em {duration}s',
      // The command itself hears Ctrl-C and closes the bar on its way out.
      gracefulExit: false,
    },
    Presets.legacy,
  )
  desenho.start(1, 0)
  return {
    avancar: (feitos, total) => {
      desenho.setTotal(total)
      desenho.update(feitos)
    },
    [Symbol.dispose]: () => desenho.stop(),
  }
}

function linhas(terminal: Terminal): Progresso {
  const inicio = performance.now()
  let ultima = inicio
  return {
    avancar: (feitos, total) => {
      const agora = performance.now()
      if (agora - ultima < INTERVALO_MS) return
      ultima = agora
      const porcento = Math.floor((100 * feitos) / total)
      terminal.write(`Gerando: ${porcento}% em ${Math.round((agora - inicio) / 1000)}s\n`)
    },
    [Symbol.dispose]: () => undefined,
  }
}
