// The driver for more than one instance of a service: a schema each in one PostgreSQL, one writing
// connection and a few that only read. The writer's lock is what makes id order commit order (K11).
import { createHash } from 'node:crypto'
import type { ClientBase, Pool, PoolConfig } from 'pg'
import { ErroDeNegocio } from '../contratos/errors.ts'
import {
  type Database,
  emFila,
  type Leitura,
  type Parametros,
  type Transacao,
  type Valor,
} from './database.ts'
import { comoErroDeInicio, comoFalhaDoBanco } from './postgres_erros.ts'

/** Besides the one that writes: seven services, three times, fit in the usual 100 connections. */
const LEITORES = 3
const CONEXAO_MS = 5_000
/** How long a batch waits for the other instances' batches before it is `banco_ocupado`. */
const VEZ_MS = 10_000
/** A writer that says nothing for so long (stopped, cut off) loses its transaction and its lock. */
const CALADO_MS = 20_000
/** Above the two: past it the server is taken for gone and the connection is given up. */
const RESPOSTA_MS = 30_000
/** Statements of one `executarCada` on their way at once. */
const EM_VOO = 256

type Pg = typeof import('pg')
type Resposta<T> = { readonly rows: T[]; readonly rowCount: number | null }
/** Beside the values of every driver, an array for `any ($1)`. */
type ParametrosDoPg = readonly (Valor | readonly Valor[])[]
type Consultar = <T>(sql: string, parametros?: ParametrosDoPg) => Promise<Resposta<T>>
type Nomear = (sql: string) => string

/**
 * `nome` is the schema's, created with `esquema` inside; instances may open it at the same time.
 * Rejects with ErroDeInicio, which never shows the password of `url`.
 */
export async function abrirPostgres(url: string, nome: string, esquema: string): Promise<Database> {
  const { Pool, escapeIdentifier } = await carregar()
  const lugar = `set search_path to ${escapeIdentifier(nome)}`
  const nomear = criarNomes()
  await using pilha = new AsyncDisposableStack()
  const abrir = (max: number, sessao: string) =>
    pilha.adopt(
      calado(new Pool({ ...opcoes(url, `${lugar}; ${sessao}`), max, idleTimeoutMillis: 0 })),
      (pool) => pool.end(),
    )
  const leitores = abrir(LEITORES, 'set default_transaction_read_only to on')
  const escritor = abrir(
    1,
    `set synchronous_commit to on; set lock_timeout to ${VEZ_MS};
     set idle_in_transaction_session_timeout to ${CALADO_MS}`,
  )
  const chave = chaveDaTrava(nome)
  try {
    await naVez(escritor, chave, (cliente) => aplicar(cliente, escapeIdentifier(nome), esquema))
  } catch (erro) {
    throw comoErroDeInicio(url, erro)
  }
  const portas = porEncerrar()
  const enfileirar = emFila()
  const abertas = pilha.move()
  return {
    leitura: lendo((sql, p = []) =>
      portas.passar(() => leitores.query<never>(consulta(nomear, sql, p))),
    ),
    transacao: (corpo) =>
      portas.passar(() =>
        enfileirar(() => naVez(escritor, chave, (c) => corpo(escrevendo(c, nomear)))),
      ),
    async [Symbol.asyncDispose]() {
      await portas.fechar()
      await abertas.disposeAsync()
    },
  }
}

/** Several reads of one schema as of one moment, on a connection of their own. */
export async function emRetrato<T>(
  url: string,
  nome: string,
  ler: (em: Leitura) => Promise<T>,
): Promise<T> {
  const { Pool, escapeIdentifier } = await carregar()
  const sessao = `set search_path to ${escapeIdentifier(nome)}`
  const pool = calado(new Pool({ ...opcoes(url, sessao), max: 1 }))
  try {
    const cliente = await pool.connect()
    try {
      await cliente.query('begin isolation level repeatable read read only')
      const nomear = criarNomes()
      return await ler(lendo((sql, p = []) => cliente.query<never>(consulta(nomear, sql, p))))
    } finally {
      cliente.release(true)
    }
  } catch (erro) {
    throw comoFalhaDoBanco(erro)
  } finally {
    await pool.end()
  }
}

/** Loaded only here: whoever stays with SQLite does not pay for it in memory. */
const carregar = async (): Promise<Pg> => (await import('pg')).default as unknown as Pg

/**
 * `sessao` is SQL for each new connection: unlike start-up options it cannot be overruled by the
 * URL, without which the tables of all services would meet in `public`.
 */
const opcoes = (url: string, sessao: string): PoolConfig => ({
  connectionString: url,
  connectionTimeoutMillis: CONEXAO_MS,
  query_timeout: RESPOSTA_MS,
  keepAlive: true,
  pipeline: true,
  application_name: 'quatrovias',
  onConnect: (cliente) => cliente.query(sessao),
  types: { getTypeParser: tipoDe as never },
})

/** A connection that dies is noticed by whoever uses it next; unheard, it would end the process. */
function calado(pool: Pool): Pool {
  const ouvir = () => undefined
  pool.on('error', ouvir)
  pool.on('connect', (cliente) => cliente.on('error', ouvir))
  return pool
}

/** As SQLite answers: truth is 1 or 0; bigint and numeric (counts and sums) are numbers. */
const NUMEROS: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700])
const VERDADE = 16
function tipoDe(oid: number): (texto: string) => string | number {
  if (oid === VERDADE) return (texto) => (texto === 't' ? 1 : 0)
  return NUMEROS.has(oid) ? comoNumero : String
}

function comoNumero(texto: string): number {
  const numero = Number(texto)
  if (!Number.isInteger(numero) || Number.isSafeInteger(numero)) return numero
  throw new RangeError(`o banco respondeu um número grande demais: ${texto}`)
}

/** The same for every instance and release, and different for each service. */
function chaveDaTrava(nome: string): string {
  return String(createHash('sha256').update(`quatrovias/${nome}`).digest().readBigInt64BE())
}

/**
 * One transaction, alone among all instances from its first statement to its commit. READ
 * COMMITTED, whatever the server's default: a snapshot taken before the wait would miss what it
 * waited for.
 * The lock falls after the commit can be seen, so the next writer and any reader see ids in order.
 */
async function naVez<T>(
  escritor: Pool,
  chave: string,
  corpo: (cliente: ClientBase) => Promise<T>,
): Promise<T> {
  const cliente = await escritor.connect().catch(lancarFalha)
  try {
    await cliente
      .query(`begin isolation level read committed; select pg_advisory_xact_lock(${chave})`)
      .catch(lancarFalha)
    const resultado = await corpo(cliente)
    const { command } = await cliente.query('commit').catch(lancarFalha)
    // PostgreSQL answers so, and without an error, when a failed statement was ignored by the body.
    if (command !== 'COMMIT') throw new Error(`o banco desfez a transação (${command})`)
    cliente.release()
    return resultado
  } catch (erro) {
    const desfeita = await cliente.query('rollback').then(
      () => true,
      () => false,
    )
    // After a fault, a commit without an answer among them, the next one has a new connection.
    cliente.release(!desfeita || (erro instanceof ErroDeNegocio && erro.codigo === 'banco_falhou'))
    throw erro
  }
}

/** SQLite's integers have 64 bits: in PostgreSQL the same text must say bigint to mean the same. */
async function aplicar(cliente: ClientBase, nome: string, esquema: string): Promise<void> {
  const { rows } = await cliente.query(`select to_regnamespace($1) is null as falta`, [nome])
  if (rows[0]?.falta === 1) await cliente.query(`create schema ${nome}`)
  await cliente.query(esquema.replaceAll(/\binteger\b/g, 'bigint'))
}

const lancarFalha = (erro: unknown): never => {
  throw comoFalhaDoBanco(erro)
}

/** Prepared once per text and connection: the texts are constants, so their number is bounded. */
function criarNomes(): Nomear {
  const nomes = new Map<string, string>()
  return (sql) => {
    const nome = nomes.get(sql) ?? `c${nomes.size + 1}`
    nomes.set(sql, nome)
    return nome
  }
}

/** A NUL, which PostgreSQL's text cannot hold, becomes the sign for what cannot be shown. */
const consulta = (nomear: Nomear, text: string, parametros: ParametrosDoPg) => ({
  name: nomear(text),
  text,
  values: parametros.map((p) => (Array.isArray(p) ? p.map(semNulo) : semNulo(p))),
})
const semNulo = <T>(valor: T): T | string =>
  typeof valor === 'string' ? valor.replaceAll('\0', '\uFFFD') : valor

function lendo(consultar: Consultar): Leitura {
  return {
    um: async <T>(sql: string, p?: Parametros) =>
      (await consultar<T>(sql, p).catch(lancarFalha)).rows[0],
    todos: async <T>(sql: string, p?: Parametros) =>
      (await consultar<T>(sql, p).catch(lancarFalha)).rows,
    async dasChaves<T>(sql: string, chaves: readonly (string | number)[]) {
      if (chaves.length === 0) return []
      return (await consultar<T>(sql.replace('$chaves', '$1'), [chaves]).catch(lancarFalha)).rows
    },
  }
}

function escrevendo(cliente: ClientBase, nomear: Nomear): Transacao {
  const consultar = (sql: string, p: ParametrosDoPg = []) =>
    cliente.query<never>(consulta(nomear, sql, p)).catch(lancarFalha)
  return {
    ...lendo(consultar),
    executar: async (sql, p) => (await consultar(sql, p)).rowCount ?? 0,
    async executarCada(sql, conjuntos) {
      let espera: Parametros[] = []
      const enviar = async () => {
        const lote = espera
        espera = []
        await Promise.all(lote.map((p) => consultar(sql, p)))
      }
      for (const p of conjuntos) if (espera.push(p) === EM_VOO) await enviar()
      await enviar()
    },
  }
}

/** Lets work through until it closes; closing waits for what went through before. */
function porEncerrar() {
  const dentro = new Set<Promise<unknown>>()
  let fechado = false
  return {
    async passar<T>(fazer: () => Promise<T>): Promise<T> {
      if (fechado) throw new ErroDeNegocio('encerrando')
      const fazendo = fazer()
      dentro.add(fazendo)
      return fazendo.finally(() => dentro.delete(fazendo))
    },
    async fechar(): Promise<void> {
      fechado = true
      await Promise.allSettled(dentro)
    },
  }
}
