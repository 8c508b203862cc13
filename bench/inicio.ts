// How long until the table of `npm start` is printed and until one service alone is ready, and what
// each process weighs (PSS), once installed and compiled.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Estado } from '../src/infra/estado.ts'
import { lerEstado } from '../src/infra/estado.ts'

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export async function benchInicio({ rodadas = 3 } = {}): Promise<void> {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-inicio-'))
  const ambiente = {
    QUATROVIAS_DIR: join(diretorio, 'q'),
    ECOMMERCE_DB: join(diretorio, 'ecommerce.db'),
    NODE_COMPILE_CACHE: join(diretorio, 'q', 'cache'),
  }
  try {
    const tabela: number[] = []
    const sozinho: number[] = []
    let memoria: Record<string, string> = {}
    // The first start also generates the data and compiles: said apart.
    for (let i = 0; i <= rodadas; i++) {
      const medida = await iniciar(ambiente, [], 'Ctrl-C', () => {
        memoria = memorias(lerEstado(ambiente.QUATROVIAS_DIR))
      })
      if (i === 0) console.log(`primeira vez, com dados e compilação: ${medida.toFixed(0)} ms`)
      else tabela.push(medida)
    }
    for (let i = 0; i < rodadas; i++) {
      sozinho.push(await iniciar(ambiente, ['servico', 'estoque'], 'pronto', () => {}))
    }
    console.log(`tabela de npm start: ${tabela.map((ms) => ms.toFixed(0)).join(' ')} ms`)
    console.log(`um serviço sozinho: ${sozinho.map((ms) => ms.toFixed(0)).join(' ')} ms`)
    console.table(memoria)
  } finally {
    await rm(diretorio, { recursive: true, force: true })
  }
}

/** Milliseconds from the spawn to the line that has `palavra`; then it is stopped. */
async function iniciar(
  ambiente: Record<string, string>,
  argumentos: string[],
  palavra: string,
  aoFicarPronto: () => void,
): Promise<number> {
  const inicio = performance.now()
  const env = { ...process.env, ...ambiente }
  const processo = spawn(process.execPath, [MAIN, ...argumentos], {
    env,
  })
  const saiu = once(processo, 'exit')
  let ms = Number.NaN
  for await (const linha of createInterface({ input: processo.stdout })) {
    if (!linha.includes(palavra)) continue
    ms = performance.now() - inicio
    aoFicarPronto()
    break
  }
  processo.kill('SIGTERM')
  await saiu
  if (Number.isNaN(ms)) throw new Error(`${argumentos.join(' ') || 'npm start'} não ficou pronto`)
  return ms
}

function memorias(estado: Estado | undefined): Record<string, string> {
  const linhas = Object.entries(estado?.servicos ?? {}).map(([nome, { pid }]) => {
    const texto = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kb = Number(/^Pss:\s+(\d+)/m.exec(texto)?.[1])
    return [nome, `${(kb / 1024).toFixed(0)} MB`]
  })
  return Object.fromEntries(linhas)
}
