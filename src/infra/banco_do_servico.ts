// Opens a service's database, a SQLite file or a schema in PostgreSQL, and, the first time, fills
// it from the synthetic data.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { agora } from '../contratos/ids.ts'
import { type Database, ErroDeInicio, type Leitura } from '../persistencia/database.ts'
import { abrirSqlite } from '../persistencia/sqlite.ts'
import type { ModuloDeServico } from '../servicos/partes.ts'

const ESQUEMA_COMUM = [
  new URL('../persistencia/eventos.sql', import.meta.url),
  new URL('../persistencia/saidas.sql', import.meta.url),
]

export interface Origem {
  /** Need only exist the first time. */
  readonly ecommerce: string
  readonly postgres?: string | undefined
}

export const esquemaDe = ({ esquema }: ModuloDeServico): string =>
  [...ESQUEMA_COMUM, esquema].map((url) => readFileSync(url, 'utf8')).join('\n')

/** Without PostgreSQL `diretorio` holds one file per service. */
export async function abrirBanco(
  modulo: ModuloDeServico,
  diretorio: string,
  { ecommerce, postgres }: Origem,
): Promise<Database> {
  const db = postgres
    ? await noPostgres(postgres, modulo)
    : abrirSqlite(join(diretorio, `${modulo.nome}.db`), esquemaDe(modulo))
  try {
    if (!(await jaImportou(db.leitura))) await importar(modulo, db, ecommerce)
    return db
  } catch (erro) {
    await db[Symbol.asyncDispose]()
    throw erro
  }
}

/** Loaded only when asked for: without it a service is some megabytes lighter. */
async function noPostgres(url: string, modulo: ModuloDeServico): Promise<Database> {
  const { abrirPostgres } = await import('../persistencia/postgres.ts')
  return abrirPostgres(url, modulo.nome, esquemaDe(modulo))
}

const jaImportou = async (em: Leitura): Promise<boolean> =>
  (await em.um('select instante from importacao')) !== undefined

/** The import and its mark are one transaction: it happens whole and once, whoever else starts. */
async function importar(modulo: ModuloDeServico, db: Database, ecommerce: string): Promise<void> {
  if (!existsSync(ecommerce)) {
    throw new ErroDeInicio(`faltam os dados iniciais em ${ecommerce}; rode "npm run dados"`, 2)
  }
  const origem = new DatabaseSync(ecommerce, { readOnly: true })
  try {
    await db.transacao(async (tx) => {
      if (await jaImportou(tx)) return
      await modulo.importar(tx, origem)
      await tx.executar('insert into importacao (instante) values ($1)', [agora()])
    })
  } catch (erro) {
    const { message } = erro as Error
    if (erro instanceof ErroDeNegocio && erro.canRetry) {
      throw new ErroDeInicio(`os dados iniciais não entraram ainda: ${message}`, 1, erro)
    }
    throw new ErroDeInicio(`os dados iniciais em ${ecommerce} não servem: ${message}`, 2, erro)
  } finally {
    origem.close()
  }
}
