// Which Java process runs in a directory and who answers for it, noted in a file: the pipe between
// the two (guardiao.ts) can be lost as a whole, and then the next start ends what was left.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { encerrar, type Identidade, identificar, vive } from '../supervisao/identidade.ts'

interface Anotado {
  readonly java: Identidade
  readonly dono: Identidade
}

const GRACIA_DA_SOBRA_MS = 3_000

const caminho = (diretorio: string): string => join(resolve(diretorio), 'kafka', 'processo.json')

export function anotarBroker(diretorio: string, java: Identidade): void {
  const dono = identificar(process.pid) ?? { pid: process.pid, inicio: '' }
  writeFileSync(caminho(diretorio), `${JSON.stringify({ java, dono } satisfies Anotado)}\n`)
}

export const esquecerBroker = (diretorio: string): void =>
  rmSync(caminho(diretorio), { force: true })

/** The broker that runs in `diretorio`, whoever started it. */
export function brokerEm(diretorio: string): Identidade | undefined {
  const java = ler(diretorio)?.java
  return java && vive(java) ? java : undefined
}

/** Ends the broker that a killed process left; where its owner lives, only says the owner's pid. */
export async function encerrarSobra(diretorio: string): Promise<number | undefined> {
  const anotado = ler(diretorio)
  if (!anotado || !vive(anotado.java)) return undefined
  if (vive(anotado.dono)) return anotado.dono.pid
  await encerrar([anotado.java], GRACIA_DA_SOBRA_MS)
  return undefined
}

function ler(diretorio: string): Anotado | undefined {
  try {
    return JSON.parse(readFileSync(caminho(diretorio), 'utf8')) as Anotado
  } catch {
    return undefined
  }
}
