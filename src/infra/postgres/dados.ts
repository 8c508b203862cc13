// The data directory of our own PostgreSQL: made aside and put in its place when it is complete, so
// that what was killed in the middle is made again.
import { execFile, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { lerProcesso } from '../supervisao/processo_do_sistema.ts'
import { BASE, caminhoDaSenha, caminhoDosDados, USUARIO } from './lugar.ts'
import { encerrarOrfaos } from './orfaos.ts'
import type { Ferramentas } from './preparo.ts'
import type { Usuario } from './usuario.ts'

/** Nothing of ours: the password, for one, and what an environment may say to PostgreSQL's own. */
export const AMBIENTE = { PATH: process.env.PATH, LC_ALL: 'C' }

const LIMITE_MS = 60_000
const PELA_METADE = /^dados\..+\.novo$/
/** Text is sorted and compared alike on every machine. */
const NOVO = [
  ...[`--username=${USUARIO}`, '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'],
  ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
]

/** Ready for the server to start in. Errors: ErroDeInicio, with the program's own last words. */
export async function prepararDados(pasta: string, ferramentas: Ferramentas): Promise<string> {
  const dados = caminhoDosDados(pasta)
  await jogarFora(pasta)
  if (!existsSync(dados)) await criarDados(pasta, dados, ferramentas)
  if (ferramentas.usuario) darA(ferramentas.usuario, dados)
  await esquecerOMorto(dados)
  return dados
}

/** An initdb whose owner was killed writes on for a moment: the next start throws that away too. */
async function jogarFora(pasta: string): Promise<void> {
  for (const nome of readdirSync(pasta).filter((nome) => PELA_METADE.test(nome))) {
    await rm(join(pasta, nome), { recursive: true, force: true }).catch(() => {})
  }
}

async function criarDados(
  pasta: string,
  dados: string,
  { initdb, postgres, usuario }: Ferramentas,
): Promise<void> {
  const novos = `${dados}.${randomUUID()}.novo`
  mkdirSync(novos, { mode: 0o700 })
  if (usuario) {
    for (const seu of [novos, caminhoDaSenha(pasta)]) chownSync(seu, usuario.uid, usuario.gid)
  }
  await rodar([...initdb, ...NOVO, `--pgdata=${novos}`, `--pwfile=${caminhoDaSenha(pasta)}`], pasta)
  // The server's own mode for one who is alone with the data and needs no password.
  const sozinho = ['--single', '-D', novos, '-c', 'exit_on_error=on', 'postgres']
  await rodar([...postgres, ...sozinho], pasta, `create database ${BASE}`)
  renameSync(novos, dados)
  gravarNoDisco(pasta)
}

async function rodar(comando: readonly string[], pasta: string, entrada = ''): Promise<void> {
  const [programa = '', ...argumentos] = comando
  const opcoes = { cwd: pasta, env: AMBIENTE, timeout: LIMITE_MS }
  const rodando = promisify(execFile)(programa, argumentos, opcoes)
  rodando.child.stdin?.end(entrada)
  try {
    await rodando
  } catch (erro) {
    const { stderr = '' } = erro as { stderr?: string }
    const ditas = stderr.trim().split('\n')
    const dito = ditas.find((linha) => /error|fatal/i.test(linha)) ?? ditas.at(-1)
    throw new ErroDeInicio(`o PostgreSQL não pôde preparar ${pasta}: ${dito}`, 1, erro)
  }
}

/** What was begun by another user of this machine, root or not. */
function darA({ uid, gid }: Usuario, dados: string): void {
  if (statSync(dados).uid !== uid) spawnSync('chown', ['-R', `${uid}:${gid}`, dados])
}

/** The name in its new place: what is committed from now on must be found there. */
function gravarNoDisco(pasta: string): void {
  const fd = openSync(pasta, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

/** A dead server's number that now is another process's would keep ours from starting. */
async function esquecerOMorto(dados: string): Promise<void> {
  const arquivo = join(dados, 'postmaster.pid')
  if (!existsSync(arquivo)) return
  const pid = Number.parseInt(readFileSync(arquivo, 'utf8'), 10)
  if (lerProcesso(pid)?.comando.includes(dados)) return
  await encerrarOrfaos(dados)
  rmSync(arquivo)
}
