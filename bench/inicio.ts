// How long until the table of `npm start` is printed and until one service alone is ready, and what
// all processes weigh (PSS), those on the topics too, once installed and compiled.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as esperar } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { lerEstado } from '../src/infra/estado.ts'
import { DEVOLVE_EM_MS } from '../src/infra/repouso.ts'
import { ate } from '../testes/ate.ts'

const PRONTOS_MS = 30_000
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
    let memoria: Memoria = { porParte: {}, semJvmMb: 0 }
    // The first start also generates the data and compiles: said apart.
    for (let i = 0; i <= rodadas; i++) {
      const medida = await iniciar(ambiente, [], 'Ctrl-C', async (pid) => {
        memoria = await pesar(pid, ambiente.QUATROVIAS_DIR)
      })
      if (i === 0) console.log(`primeira vez, com dados e compilação: ${medida.toFixed(0)} ms`)
      else tabela.push(medida)
    }
    for (let i = 0; i < rodadas; i++) {
      sozinho.push(await iniciar(ambiente, ['servico', 'estoque'], 'pronto', async () => {}))
    }
    console.log(`tabela de npm start: ${tabela.map((ms) => ms.toFixed(0)).join(' ')} ms`)
    console.log(`um serviço sozinho: ${sozinho.map((ms) => ms.toFixed(0)).join(' ')} ms`)
    console.table(memoria.porParte)
    console.log(`todos os processos, sem a JVM: ${memoria.semJvmMb.toFixed(0)} MB (PSS)`)
  } finally {
    await rm(diretorio, { recursive: true, force: true })
  }
}

/** Milliseconds from the spawn to the line that has `palavra`; then it is stopped. */
async function iniciar(
  ambiente: Record<string, string>,
  argumentos: string[],
  palavra: string,
  aoFicarPronto: (pid: number) => Promise<void>,
): Promise<number> {
  const inicio = performance.now()
  const env = { ...process.env, ...ambiente }
  const processo = spawn(process.execPath, [MAIN, ...argumentos], {
    env,
  })
  const saiu = once(processo, 'exit')
  let ms = Number.NaN
  try {
    for await (const linha of createInterface({ input: processo.stdout })) {
      if (!linha.includes(palavra)) continue
      ms = performance.now() - inicio
      await aoFicarPronto(processo.pid ?? 0)
      break
    }
  } finally {
    processo.kill('SIGTERM')
    await saiu
  }
  if (Number.isNaN(ms)) throw new Error(`${argumentos.join(' ') || 'npm start'} não ficou pronto`)
  return ms
}

interface Memoria {
  readonly porParte: Readonly<Record<string, string>>
  readonly semJvmMb: number
}

/** Once the subscribers, which come after the table, answer too, and all have come to rest. */
async function pesar(pid: number, diretorio: string): Promise<Memoria> {
  const partes = () => {
    const { servicos = {}, assinantes = {} } = lerEstado(diretorio) ?? {}
    return Object.entries({ ...servicos, ...assinantes })
  }
  const respondem = async () => {
    const todas = partes().map(({ 1: { rest } }) => fetch(`${rest}/readyz`))
    return (await Promise.all(todas)).every(({ ok }) => ok)
  }
  await ate(() => respondem().catch(() => false), PRONTOS_MS, 'os assinantes prontos')
  await esperar(DEVOLVE_EM_MS)
  const porParte = partes().map(([nome, parte]) => [nome, `${pssMb(parte.pid ?? 0).toFixed(0)} MB`])
  const semJvm = comDescendentes(pid).filter((um) => nomeDe(um) !== 'java')
  const semJvmMb = semJvm.reduce((soma, um) => soma + pssMb(um), 0)
  return { porParte: Object.fromEntries(porParte), semJvmMb }
}

function pssMb(pid: number): number {
  const texto = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+)/m.exec(texto)?.[1]) / 1_024
}

const nomeDe = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()

/** By the parents that /proc names now. */
function comDescendentes(pid: number): number[] {
  const pais = readdirSync('/proc')
    .filter((nome) => /^\d+$/.test(nome))
    .map((nome) => [Number(nome), paiDe(nome)] as const)
  const achados = [pid]
  for (const um of achados) achados.push(...pais.flatMap(([q, pai]) => (pai === um ? [q] : [])))
  return achados
}

function paiDe(pid: string): number {
  try {
    const texto = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(texto.slice(texto.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}
