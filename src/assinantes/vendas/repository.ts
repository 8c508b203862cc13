// The SQL of sales: the didactic table and nothing else in that database. A batch is one statement,
// which writes what is new and says of the rest what stood there already.
import type { Pool, PoolConfig } from 'pg'
import { comoDecimal, emTexto } from './decimal.ts'
import type { Venda } from './domain.ts'

const CONEXAO_MS = 5_000
/** The server gives a statement up before we give up the server. */
const COMANDO_MS = 8_000
const RESPOSTA_MS = 10_000
/** What one statement cannot see, the next does; more often somebody is deleting rows. */
const OLHADAS = 5

/** Whatever the server's defaults: a sale that is told as written outlives a power cut. */
const SESSAO = `set statement_timeout to ${COMANDO_MS}; set synchronous_commit to on`

const CRIAR = `create table sales (
  order_number int primary key, total numeric, processed_at timestamp)`
const TIPO_DO_TOTAL = `select format_type(a.atttypid, a.atttypmod) as tipo from pg_attribute a
  where a.attrelid = to_regclass('sales') and a.attname = 'total'`
const EXISTE = `select to_regclass('sales') is not null as existe`

/** UTC, in a column that has no zone. A total that is null there is told from a row not seen. */
const GRAVAR = `with lote as (
    select * from unnest($1::int[], $2::numeric[]) as l(order_number, total)),
  novas as (
    insert into sales (order_number, total, processed_at)
    select order_number, total, timezone('utc', now()) from lote
    on conflict (order_number) do nothing returning order_number)
  select l.order_number as numero,
    (select coalesce(s.total::text, 'nulo') from sales s
      where s.order_number = l.order_number) as havia
  from lote l where l.order_number not in (select order_number from novas)`

/** What stood there before, as text; numbers that are not in it were written now. */
export type Havia = ReadonlyMap<number, string>

export interface Repositorio {
  /** Makes the table where it is missing; throws where what is there cannot hold a sale. */
  preparar(): Promise<void>
  /** One statement: all of it is committed when this resolves, or nothing of it when it rejects. */
  gravar(lote: readonly Venda[]): Promise<Havia>
  /** Waits for the statements under way. */
  fechar(): Promise<void>
}

/** Connections: one for each worker. */
export async function abrirRepositorio(url: string, conexoes: number): Promise<Repositorio> {
  const { Pool } = (await import('pg')).default
  const pool = calado(new Pool({ ...opcoes(url), max: conexoes }))

  async function gravar(lote: readonly Venda[]): Promise<Havia> {
    const havia = new Map<number, string>()
    let faltam = lote
    for (let olhada = 1; ; olhada++) {
      const { rows } = await pool.query<{ numero: number; havia: string | null }>({
        name: 'gravar',
        text: GRAVAR,
        values: emColunas(faltam),
      })
      for (const linha of rows) {
        if (linha.havia !== null) havia.set(linha.numero, semZeros(linha.havia))
      }
      // Written by somebody else after this statement's snapshot: the next one's sees it.
      const naoVistas = new Set(rows.filter((l) => l.havia === null).map((l) => l.numero))
      if (naoVistas.size === 0) return havia
      if (olhada === OLHADAS) throw new Error('as vendas somem da tabela sales ao serem lidas')
      faltam = faltam.filter(({ numero }) => naoVistas.has(numero))
    }
  }

  return {
    gravar,
    async preparar() {
      const { rows } = await pool.query<{ existe: boolean }>(EXISTE)
      // Two that make it at once: one of them finds it made.
      if (!rows[0]?.existe) await pool.query(CRIAR).catch(recusarSalvoSeExiste)
      const [total] = (await pool.query<{ tipo: string }>(TIPO_DO_TOTAL)).rows
      if (total && total.tipo !== 'numeric') {
        throw new TabelaImpropria(`a coluna total é ${total.tipo}, que arredonda: faça-a numeric`)
      }
      await gravar([])
    },
    fechar: () => pool.end(),
  }
}

export class TabelaImpropria extends Error {}

const opcoes = (url: string): PoolConfig => ({
  connectionString: url,
  connectionTimeoutMillis: CONEXAO_MS,
  query_timeout: RESPOSTA_MS,
  idleTimeoutMillis: 0,
  keepAlive: true,
  application_name: 'quatrovias-vendas',
  onConnect: (cliente) => cliente.query(SESSAO),
})

/** A connection that dies is noticed by whoever uses it next; unheard, it would end the process. */
function calado(pool: Pool): Pool {
  const ouvir = () => undefined
  pool.on('error', ouvir)
  pool.on('connect', (cliente) => cliente.on('error', ouvir))
  return pool
}

/** PostgreSQL's own text for an array: the driver would quote and escape every number. */
const emColunas = (lote: readonly Venda[]): string[] => [
  `{${lote.map(({ numero }) => numero).join()}}`,
  `{${lote.map(({ total }) => total).join()}}`,
]

const semZeros = (texto: string): string => {
  const decimal = comoDecimal(texto)
  return decimal ? emTexto(decimal) : texto
}

const JA_EXISTE: ReadonlySet<unknown> = new Set(['42P07', '23505'])
function recusarSalvoSeExiste(erro: unknown): void {
  if (!JA_EXISTE.has((erro as { code?: unknown }).code)) throw erro
}
