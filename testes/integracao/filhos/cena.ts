// The scene of one test: its own directory, the processes it starts, and their end however the
// test ends, each by its own pid and start time.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import {
  encerrar,
  type Identidade,
  identificar,
  vive,
} from '../../../src/infra/supervisao/identidade.ts'
import { lerTrava } from '../../../src/infra/supervisao/trava.ts'
import type { ProcessoDescrito } from '../../../src/infra/supervisao/vida.ts'
import { ate } from '../../ate.ts'

const PRONTO_MS = 15_000

export interface Lancado {
  readonly quem: Identidade
  readonly processo: ChildProcess
  /** Exit code, or the name of the signal that ended it. */
  readonly fim: Promise<number | string | null>
}

interface Opcoes {
  readonly ambiente?: Readonly<Record<string, string>>
  /** With a channel, as under a supervisor; without one, as in a terminal (the default). */
  readonly ipc?: boolean
}

export interface Cena {
  readonly diretorio: string
  caminho(nome: string): string
  /** The text of a file of this directory; empty when there is none. */
  ler(nome: string): string
  /** Describes a child that runs `arquivo` of this folder. */
  filho(nome: string, arquivo: string, ambiente?: Record<string, string>): ProcessoDescrito
  /** Starts a command in a group of its own, its output in terminal.txt. */
  lancar(comando: string, argumentos: readonly string[], opcoes?: Opcoes): Lancado
  /** Starts the test supervisor by `comando` (default: directly) and waits until it is ready. */
  supervisor(processos: readonly ProcessoDescrito[], comando?: readonly string[]): Promise<Lancado>
  /** Whom the lock names now: the supervisor first, then its children. */
  anotados(): readonly Identidade[]
}

export function fixture(nome: string): string {
  return join(import.meta.dirname, nome)
}

export function criarCena(t: TestContext): Cena {
  const diretorio = mkdtempSync(join(tmpdir(), 'quatrovias-supervisor-'))
  const conhecidos: Identidade[] = []
  const caminho = (nome: string): string => join(diretorio, nome)
  const anotados = (): readonly Identidade[] => {
    const trava = lerTrava(diretorio)
    const agora = trava === undefined ? [] : [trava.supervisor, ...trava.filhos]
    conhecidos.push(...agora)
    return agora
  }
  const lancar: Cena['lancar'] = (comando, argumentos, opcoes = {}) => {
    const lancado = gerar(comando, argumentos, diretorio, opcoes)
    conhecidos.push(lancado.quem)
    return lancado
  }
  t.after(async () => {
    anotados()
    await encerrar(conhecidos.filter(({ pid }) => pid !== process.pid).filter(vive), 0)
    rmSync(diretorio, { recursive: true, force: true })
  })
  return {
    diretorio,
    caminho,
    anotados,
    lancar,
    ler: (nome) => lerOuVazio(caminho(nome)),
    filho: (nome, arquivo, ambiente = {}) => ({
      nome,
      argumentos: [fixture(arquivo), `--nome=${nome}`],
      ambiente: { NOME: nome, DIARIO: caminho('diario.txt'), ...ambiente },
    }),
    async supervisor(processos, comando = direto(diretorio)) {
      writeFileSync(caminho('processos.json'), JSON.stringify(processos))
      const [programa = '', ...argumentos] = comando
      const lancado = lancar(programa, argumentos)
      const pronto = (): boolean => lerOuVazio(caminho('pronto.json')) !== ''
      await ate(pronto, PRONTO_MS, 'supervisor pronto')
      anotados()
      return lancado
    },
  }
}

/** The command that runs the test supervisor on `diretorio`. */
export function direto(diretorio: string): readonly string[] {
  return [process.execPath, fixture('supervisor_de_teste.ts'), diretorio]
}

function gerar(
  comando: string,
  argumentos: readonly string[],
  diretorio: string,
  { ambiente = {}, ipc = false }: Opcoes,
): Lancado {
  const terminal = openSync(join(diretorio, 'terminal.txt'), 'a')
  // Neither the npm that may run these tests nor the test runner is a parent of what starts here.
  const nosso = /^npm_|^NODE_TEST_CONTEXT$/i
  const limpo = Object.entries(process.env).filter(([nome]) => !nosso.test(nome))
  const processo = spawn(comando, argumentos, {
    cwd: diretorio,
    detached: true,
    stdio: ['ignore', terminal, terminal, ...(ipc ? (['ipc'] as const) : [])],
    env: { ...Object.fromEntries(limpo), npm_config_update_notifier: 'false', ...ambiente },
  })
  closeSync(terminal)
  const fim = new Promise<number | string | null>((resolver) => {
    processo.once('exit', (codigo, sinal) => resolver(sinal ?? codigo))
  })
  const quem = identificar(processo.pid ?? 0)
  if (quem === undefined) throw new Error(`${comando} não iniciou`)
  return { quem, processo, fim }
}

function lerOuVazio(caminho: string): string {
  try {
    return readFileSync(caminho, 'utf8')
  } catch {
    return ''
  }
}
