// Which process runs in a part of the run-time directory and who answers for it, noted in a file:
// the pipe between the two (guardiao.ts) can be lost as a whole, and then the next start ends what
// was left.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { encerrar, type Identidade, identificar, vive } from './supervisao/identidade.ts'

interface Anotado {
  readonly guardado: Identidade
  readonly dono: Identidade
}

export interface Anotacoes {
  anotar(diretorio: string, guardado: Identidade): void
  esquecer(diretorio: string): void
  /** The process that runs in `diretorio`, whoever started it. */
  processoEm(diretorio: string): Identidade | undefined
  /** Ends what a killed process left; where its owner lives, only says the owner's pid. */
  encerrarSobra(diretorio: string): Promise<number | undefined>
}

const GRACIA_DA_SOBRA_MS = 3_000

/** In `<diretorio>/<parte>/processo.json`; `sinal` asks such a process to end in order. */
export function anotacoesDe(parte: string, sinal: NodeJS.Signals): Anotacoes {
  const caminho = (diretorio: string) => join(resolve(diretorio), parte, 'processo.json')
  return {
    anotar(diretorio, guardado) {
      const dono = identificar(process.pid) ?? { pid: process.pid, inicio: '' }
      const anotado: Anotado = { guardado, dono }
      writeFileSync(caminho(diretorio), `${JSON.stringify(anotado)}\n`)
    },
    esquecer: (diretorio) => rmSync(caminho(diretorio), { force: true }),
    processoEm(diretorio) {
      const guardado = ler(caminho(diretorio))?.guardado
      return guardado && vive(guardado) ? guardado : undefined
    },
    async encerrarSobra(diretorio) {
      const anotado = ler(caminho(diretorio))
      if (!anotado || !vive(anotado.guardado)) return undefined
      if (vive(anotado.dono)) return anotado.dono.pid
      await encerrar([anotado.guardado], GRACIA_DA_SOBRA_MS, sinal)
      return undefined
    },
  }
}

function ler(caminho: string): Anotado | undefined {
  try {
    return JSON.parse(readFileSync(caminho, 'utf8')) as Anotado
  } catch {
    return undefined
  }
}
