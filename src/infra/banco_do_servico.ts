// Opens a service's database and, the first time, fills it from the synthetic data.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { agora } from '../contratos/ids.ts'
import { type Database, ErroDeInicio } from '../persistencia/database.ts'
import { abrirSqlite } from '../persistencia/sqlite.ts'
import type { ModuloDeServico } from '../servicos/partes.ts'

const ESQUEMA_COMUM = new URL('../persistencia/eventos.sql', import.meta.url)

/** `diretorio` holds one file per service; `ecommerce` need only exist the first time. */
export async function abrirBanco(
  modulo: ModuloDeServico,
  diretorio: string,
  ecommerce: string,
): Promise<Database> {
  const esquema = [ESQUEMA_COMUM, modulo.esquema].map((url) => readFileSync(url, 'utf8')).join('\n')
  const db = abrirSqlite(join(diretorio, `${modulo.nome}.db`), esquema)
  try {
    if (!(await db.leitura.um('select instante from importacao'))) {
      await importar(modulo, db, ecommerce)
    }
    return db
  } catch (erro) {
    await db[Symbol.asyncDispose]()
    throw erro
  }
}

/** The import and its mark are one transaction: it happens whole and once. */
async function importar(modulo: ModuloDeServico, db: Database, ecommerce: string): Promise<void> {
  if (!existsSync(ecommerce)) {
    throw new ErroDeInicio(`faltam os dados iniciais em ${ecommerce}; rode "npm run dados"`, 2)
  }
  const origem = new DatabaseSync(ecommerce, { readOnly: true })
  try {
    await db.transacao(async (tx) => {
      await modulo.importar(tx, origem)
      await tx.executar('insert into importacao (instante) values ($1)', [agora()])
    })
  } catch (erro) {
    const { message } = erro as Error
    throw new ErroDeInicio(`os dados iniciais em ${ecommerce} não servem: ${message}`, 2, erro)
  } finally {
    origem.close()
  }
}
