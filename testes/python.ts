// The strangers of exemplos/python, run from tests: a virtual environment made once for what
// requirements.txt says, and their programs, which end with the test however it ends.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ate } from './ate.ts'

const executar = promisify(execFile)
const RAIZ = join(import.meta.dirname, '..')
const EXEMPLOS = join(RAIZ, 'exemplos', 'python')
const REQUISITOS = join(EXEMPLOS, 'requirements.txt')
const CACHE = join(RAIZ, 'node_modules', '.cache')
/** What the pinned grpcio asks for. */
const MENOR_VERSAO = [3, 10] as const
const CONSULTA_MS = 10_000
const INSTALACAO_MS = 300_000
const PROGRAMA_MS = 30_000
const PRONTO_MS = 20_000
const FIM_MS = 10_000
const QUEM = 'import sys; print(*sys.version_info[:3], sys.base_prefix)'

/** Why the examples cannot run on this machine; nothing where they can. */
export async function faltaPython(): Promise<string | undefined> {
  try {
    const [maior = 0, menor = 0] = (await perguntarQuem()).split(' ').map(Number)
    const serve = maior === MENOR_VERSAO[0] && menor >= MENOR_VERSAO[1]
    if (serve) return undefined
    return `python3 é ${maior}.${menor}, e os exemplos pedem ${MENOR_VERSAO.join('.')} ou mais novo`
  } catch {
    return 'não há python3 nesta máquina: instale-o para testar os exemplos em Python'
  }
}

async function perguntarQuem(): Promise<string> {
  return (await executar('python3', ['-c', QUEM], { timeout: CONSULTA_MS })).stdout.trim()
}

/**
 * The Python of the environment with all of requirements.txt, made if there is none yet: under a
 * name of its own and renamed when complete, so that two test processes can do it at once. Another
 * python3 is another environment, since none outlives the interpreter that it was made from.
 */
export async function prepararPython(): Promise<string> {
  const feitoDe = `${await readFile(REQUISITOS, 'utf8')}${await perguntarQuem()}`
  const sha = createHash('sha256').update(feitoDe).digest('hex').slice(0, 16)
  const pronto = join(CACHE, `quatrovias-python-${sha}`)
  if (!existsSync(pronto)) await instalar(pronto)
  return join(pronto, 'bin', 'python')
}

async function instalar(pronto: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const obra = await mkdtemp(`${pronto}-`)
  const limite = { timeout: INSTALACAO_MS }
  try {
    await executar('python3', ['-m', 'venv', obra], limite)
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--only-binary=:all:']
    await executar(join(obra, 'bin', 'python'), [...pip, '-r', REQUISITOS], limite)
    await rename(obra, pronto)
  } catch (erro) {
    if (!existsSync(pronto)) throw new Error(explicar(erro), { cause: erro })
  } finally {
    await rm(obra, { recursive: true, force: true })
  }
}

function explicar(erro: unknown): string {
  // venv says what it lacks on stdout; what pip says on stderr is in the message already.
  const { message, stdout = '' } = erro as Error & { readonly stdout?: string }
  return `O ambiente Python dos exemplos não pôde ser instalado: confira a conexão com o registro de
pacotes, e que python3 tem os módulos venv e pip; depois repita.\n${message}\n${stdout}`
}

export interface Terminado {
  readonly codigo: number
  readonly saida: string
  readonly erros: string
}
export interface ServidorPython extends AsyncDisposable {
  readonly porta: number
  /** host:port */
  readonly endereco: string
  /** All that it has written. */
  saida(): string
  /** What it has written after the line that says it is ready. */
  linhas(): readonly string[]
  /** Exit code, or the signal's name. */
  terminar(sinal: NodeJS.Signals): Promise<number | string>
}
export interface Exemplos extends AsyncDisposable {
  rodar(programa: string, ...argumentos: readonly string[]): Promise<Terminado>
  servidor(...argumentos: readonly string[]): Promise<ServidorPython>
  /** One that reads and writes topics; its `endereco` is the broker's. */
  noKafka(programa: string, ambiente: Record<string, string>): Promise<ServidorPython>
}

/** The environment, and what gerar.py makes in a directory of its own. */
export async function abrirExemplos(): Promise<Exemplos> {
  const python = await prepararPython()
  const gerado = await mkdtemp(join(tmpdir(), 'quatrovias-python-'))
  const apagar = () => rm(gerado, { recursive: true, force: true })
  const env = {
    ...process.env,
    PYTHONPATH: gerado,
    PYTHONUTF8: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // A proxy of the machine is not for what is on the machine.
    no_grpc_proxy: '127.0.0.1,localhost',
  }
  const rodar: Exemplos['rodar'] = async (programa, ...argumentos) => {
    const linha = [join(EXEMPLOS, programa), ...argumentos]
    try {
      const { stdout, stderr } = await executar(python, linha, { env, timeout: PROGRAMA_MS })
      return { codigo: 0, saida: stdout, erros: stderr }
    } catch (erro) {
      const { code, stdout, stderr } = erro as Error & Record<string, unknown>
      if (typeof code !== 'number') throw erro
      return { codigo: code, saida: String(stdout), erros: String(stderr) }
    }
  }
  const { codigo, erros } = await rodar('gerar.py', gerado)
  if (codigo !== 0) {
    await apagar()
    throw new Error(`gerar.py terminou com ${codigo}: ${erros}`)
  }
  return {
    rodar,
    servidor: (...argumentos) => abrirPrograma(python, 'servidor.py', argumentos, env),
    noKafka: (programa, ambiente) => abrirPrograma(python, programa, [], { ...env, ...ambiente }),
    [Symbol.asyncDispose]: apagar,
  }
}

async function abrirPrograma(
  python: string,
  programa: string,
  argumentos: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ServidorPython> {
  const linha = [join(EXEMPLOS, programa), ...argumentos]
  const processo = spawn(python, linha, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const saida = { texto: '', erros: '' }
  processo.stdout.setEncoding('utf8').on('data', (parte) => (saida.texto += parte))
  processo.stderr.setEncoding('utf8').on('data', (parte) => (saida.erros += parte))
  const matar = () => processo.kill('SIGKILL')
  process.once('exit', matar)
  const terminar = async (sinal: NodeJS.Signals): Promise<number | string> => {
    if (!terminou(processo)) {
      processo.kill(sinal)
      await once(processo, 'exit', { signal: AbortSignal.timeout(FIM_MS) })
    }
    process.off('exit', matar)
    return processo.signalCode ?? processo.exitCode ?? 'desconhecido'
  }
  const pronto = () => /^pronto em (127\.0\.0\.1:(\d+))(?:: .+)?\n/.exec(saida.texto)
  try {
    await ate(() => pronto() || terminou(processo), PRONTO_MS, `${programa} pronto`)
    const [, endereco = '', porta = ''] = pronto() ?? naoFicouPronto(programa, saida.erros)
    return {
      porta: Number(porta),
      endereco,
      saida: () => saida.texto,
      linhas: () => saida.texto.trimEnd().split('\n').slice(1),
      terminar,
      async [Symbol.asyncDispose]() {
        await terminar('SIGKILL')
      },
    }
  } catch (erro) {
    await terminar('SIGKILL')
    throw erro
  }
}

const terminou = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null

function naoFicouPronto(programa: string, erros: string): never {
  throw new Error(`${programa} terminou sem ficar pronto: ${erros}`)
}
