// The embedded default: one file, one process, one writing connection and one read-only one.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { ErroDeNegocio } from '../contratos/errors.ts'
import {
  type Database,
  ErroDeInicio,
  emFila,
  type Leitura,
  type Parametros,
  type Transacao,
} from './database.ts'

/** Opens (and creates) the file, applies `esquema`, and keeps every other process out. */
export function abrirSqlite(arquivo: string, esquema: string): Database {
  using pilha = new DisposableStack()
  const fechar = (conexao: DatabaseSync) => conexao.close()
  pilha.adopt(tomarParaSi(arquivo), fechar)
  const escrita = pilha.adopt(abrir(arquivo, esquema), fechar)
  const consulta = pilha.adopt(new DatabaseSync(arquivo, { readOnly: true }), fechar)
  const abertas = pilha.move()
  const tx = preparada(escrita)
  const enfileirar = emFila()
  return {
    leitura: protegida(preparada(consulta)),
    transacao: (corpo) => enfileirar(() => transacao(escrita, tx, corpo)),
    async [Symbol.asyncDispose]() {
      await enfileirar(async () => undefined)
      abertas.dispose()
    },
  }
}

async function transacao<T>(
  conexao: DatabaseSync,
  tx: Transacao,
  corpo: (tx: Transacao) => Promise<T>,
): Promise<T> {
  if (!conexao.isOpen) throw new ErroDeNegocio('encerrando')
  try {
    conexao.exec('begin immediate')
    const resultado = await corpo(tx)
    conexao.exec('commit')
    return resultado
  } catch (erro) {
    if (conexao.isTransaction) conexao.exec('rollback')
    throw comoFalhaDoBanco(erro)
  }
}

/**
 * Durable on return from commit: WAL with synchronous=FULL. `fullfsync` is what makes that true on
 * macOS, where a plain fsync stops at the drive's cache. No busy_timeout: it would block the
 * event loop, and K11 leaves nobody to wait for.
 */
function abrir(arquivo: string, esquema: string): DatabaseSync {
  let conexao: DatabaseSync | undefined
  try {
    conexao = new DatabaseSync(arquivo, { timeout: 0, enableForeignKeyConstraints: true })
    conexao.exec('pragma journal_mode=wal; pragma synchronous=full; pragma fullfsync=on')
    const { quick_check } = conexao.prepare('pragma quick_check(1)').get() as {
      quick_check: string
    }
    if (quick_check !== 'ok') throw new Error(quick_check)
    conexao.exec(esquema)
    return conexao
  } catch (erro) {
    conexao?.close()
    throw comoErroDeInicio(arquivo, erro)
  }
}

/** A second process on the same file would break K11: an exclusive lock lives as long as we do. */
function tomarParaSi(arquivo: string): DatabaseSync {
  try {
    mkdirSync(dirname(arquivo), { recursive: true })
    const trava = new DatabaseSync(`${arquivo}.trava`, { timeout: 0 })
    trava.exec('pragma journal_mode=memory; begin exclusive')
    return trava
  } catch (erro) {
    throw comoErroDeInicio(arquivo, erro)
  }
}

const ERRO_DO_SQLITE: Readonly<Record<number, string>> = {
  5: 'banco_em_uso: outra instância já usa',
  8: 'banco_somente_leitura: não há permissão para gravar em',
  11: 'banco_corrompido: o arquivo está danificado; restaure uma cópia de',
  13: 'banco_sem_espaco: não há espaço em disco para',
  14: 'banco_inacessivel: não foi possível abrir',
  26: 'banco_corrompido: não é um banco SQLite:',
}

/** The file system's own words for some of the same. */
const DO_SISTEMA: Readonly<Record<string, number>> = { EACCES: 8, EPERM: 8, EROFS: 8, ENOSPC: 13 }

const codigoDe = (erro: unknown): number => {
  const { errcode } = erro as { errcode?: number }
  return (errcode ?? 0) & 0xff
}

function comoErroDeInicio(arquivo: string, erro: unknown): ErroDeInicio {
  const { code, message, errcode } = erro as { code?: string; message?: string; errcode?: number }
  if (errcode === undefined && code !== undefined) {
    const numero = DO_SISTEMA[code] ?? 14
    return new ErroDeInicio(`${ERRO_DO_SQLITE[numero]} ${arquivo}`, 2, erro)
  }
  const conhecido = ERRO_DO_SQLITE[codigoDe(erro)]
  return new ErroDeInicio(
    conhecido ? `${conhecido} ${arquivo}` : `banco_corrompido: ${arquivo}: ${message}`,
    2,
    erro,
  )
}

/** SQLite's own failures become transient faults; what the body threw passes unchanged. */
function comoFalhaDoBanco(erro: unknown): unknown {
  switch (codigoDe(erro)) {
    case 5:
    case 6:
      return new ErroDeNegocio('banco_ocupado', undefined, { causa: erro })
    case 13:
      return new ErroDeNegocio('banco_sem_espaco', undefined, { causa: erro })
    case 8:
    case 10:
    case 14:
      return new ErroDeNegocio('banco_falhou', undefined, { causa: erro })
    default:
      return erro
  }
}

/** A read that the disk or a closing process refuses is a fault like a write's. */
function protegida({ um, todos, dasChaves }: Leitura): Leitura {
  const falhar = (erro: unknown): never => {
    throw (erro as { code?: unknown }).code === 'ERR_INVALID_STATE'
      ? new ErroDeNegocio('encerrando', undefined, { causa: erro })
      : comoFalhaDoBanco(erro)
  }
  return {
    um: (sql, p) => um<never>(sql, p).catch(falhar),
    todos: (sql, p) => todos<never>(sql, p).catch(falhar),
    dasChaves: (sql, chaves) => dasChaves<never>(sql, chaves).catch(falhar),
  }
}

const DAS_CHAVES = 'in (select value from json_each(?1))'

/** Statements are prepared once per text: the texts are constants, so their number is bounded. */
function preparada(conexao: DatabaseSync): Transacao {
  const comandos = new Map<string, StatementSync>()
  const preparar = (sql: string): StatementSync => {
    let comando = comandos.get(sql)
    if (!comando) {
      comando = conexao.prepare(
        sql.replace('= any ($chaves)', DAS_CHAVES).replace(/\$(\d+)/g, '?$1'),
      )
      comandos.set(sql, comando)
    }
    return comando
  }
  const leitura: Leitura = {
    um: async <T>(sql: string, p: Parametros = []) => preparar(sql).get(...p) as T | undefined,
    todos: async <T>(sql: string, p: Parametros = []) => preparar(sql).all(...p) as T[],
    dasChaves: async <T>(sql: string, chaves: readonly (string | number)[]) =>
      chaves.length === 0 ? [] : (preparar(sql).all(JSON.stringify(chaves)) as T[]),
  }
  return {
    ...leitura,
    executar: async (sql, p = []) => Number(preparar(sql).run(...p).changes),
    executarCada: async (sql, conjuntos) => {
      const comando = preparar(sql)
      for (const p of conjuntos) comando.run(...p)
    },
  }
}
