// The embedded database: what every driver promises, and its own: durable, kept to one process, and
// clear about what is wrong.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { database, ESQUEMA, inserir, linhas } from '../../testes/database.features.ts'
import { ErroDeInicio } from './database.ts'
import { abrirSqlite } from './sqlite.ts'

const novaPasta = () => mkdtempDisposableSync(join(tmpdir(), 'quatrovias-sqlite-'))
const naoAbre = (arquivo: string, mensagem: RegExp, esquema = ESQUEMA) =>
  assert.throws(
    () => abrirSqlite(arquivo, esquema),
    (erro) => {
      assert.ok(erro instanceof ErroDeInicio, String(erro))
      assert.match(erro.message, mensagem)
      assert.ok(erro.message.includes(arquivo) && erro.exitCode === 2)
      return true
    },
  )

database('sqlite', async () => {
  const pasta = novaPasta()
  return {
    abrir: async (esquema = ESQUEMA) => abrirSqlite(join(pasta.path, 'a.db'), esquema),
    [Symbol.asyncDispose]: async () => pasta.remove(),
  }
})

test('outra instância no mesmo arquivo é recusada; fechada a primeira, abre', async () => {
  using pasta = novaPasta()
  const arquivo = join(pasta.path, 'a.db')
  {
    await using db = abrirSqlite(arquivo, ESQUEMA)
    naoAbre(arquivo, /^banco_em_uso/)
    await inserir(db, 1)
  }
  await using outra = abrirSqlite(arquivo, ESQUEMA)
  assert.deepEqual(await linhas(outra), [1])
})

test('o diretório que falta é criado', async () => {
  using pasta = novaPasta()
  await using db = abrirSqlite(join(pasta.path, 'x', 'y', 'a.db'), ESQUEMA)
  await inserir(db, 1)
})

test('arquivo que não é um banco é recusado e fica intacto', () => {
  using pasta = novaPasta()
  const arquivo = join(pasta.path, 'a.db')
  writeFileSync(arquivo, 'isto é um texto qualquer, não um banco de dados. '.repeat(50))
  naoAbre(arquivo, /^banco_corrompido/)
})

test('banco danificado é recusado', async () => {
  using pasta = novaPasta()
  const arquivo = join(pasta.path, 'a.db')
  await encher(arquivo)
  danificar(arquivo)
  naoAbre(arquivo, /^banco_corrompido/)
})

test('recusado o banco danificado, a cópia boa posta no lugar abre', async () => {
  using pasta = novaPasta()
  const arquivo = join(pasta.path, 'a.db')
  const copia = join(pasta.path, 'copia.db')
  await encher(arquivo)
  copyFileSync(arquivo, copia)
  danificar(arquivo)
  naoAbre(arquivo, /^banco_corrompido/)
  copyFileSync(copia, arquivo)
  await using db = abrirSqlite(arquivo, ESQUEMA)
  assert.equal((await linhas(db)).length, 50)
})

test('um diretório no lugar do arquivo é dito inacessível', () => {
  using pasta = novaPasta()
  const arquivo = join(pasta.path, 'a.db')
  mkdirSync(arquivo)
  naoAbre(arquivo, /^banco_inacessivel/)
})

test('caminho que passa por um arquivo é dito inacessível, não corrompido', () => {
  using pasta = novaPasta()
  writeFileSync(join(pasta.path, 'arquivo'), '')
  naoAbre(join(pasta.path, 'arquivo', 'a.db'), /^banco_inacessivel/)
})

test('o que se grava fica gravado: WAL, sincronização completa, chaves estrangeiras', async () => {
  using pasta = novaPasta()
  await using db = abrirSqlite(join(pasta.path, 'a.db'), ESQUEMA)
  const pragmas = await db.transacao(async (tx) => [
    await tx.um('pragma journal_mode'),
    await tx.um('pragma synchronous'),
    await tx.um('pragma fullfsync'),
    await tx.um('pragma foreign_keys'),
  ])
  assert.deepEqual(
    pragmas.map((p) => Object.values(p as object)[0]),
    ['wal', 2, 1, 1],
  )
})

test('disco cheio é banco_sem_espaco, passageiro, e nada fica pela metade', async () => {
  using pasta = novaPasta()
  const limite = `${ESQUEMA}; pragma max_page_count = 12`
  await using db = abrirSqlite(join(pasta.path, 'a.db'), limite)
  await inserir(db, 1)
  const muitas = Array.from({ length: 100 }, (_, i) => [i + 2, 'x'.repeat(4_000)])
  const gravando = db.transacao((tx) => tx.executarCada('insert into t values ($1, $2)', muitas))
  await assert.rejects(gravando, { codigo: 'banco_sem_espaco', canRetry: true })
  assert.deepEqual(await linhas(db), [1])
  await inserir(db, 2)
  assert.deepEqual(await linhas(db), [1, 2], 'e o que cabe volta a ser gravado')
})

async function encher(arquivo: string): Promise<void> {
  await using db = abrirSqlite(arquivo, ESQUEMA)
  const muitas = Array.from({ length: 50 }, (_, i) => [i, 'x'.repeat(1_000)])
  await db.transacao((tx) => tx.executarCada('insert into t values ($1, $2)', muitas))
}

/** The header stays whole; the pages behind it do not. */
function danificar(arquivo: string): void {
  const bytes = Buffer.alloc(4_096 * 8, 0xa5)
  writeFileSync(arquivo, bytes, { flag: 'r+' })
  writeFileSync(arquivo, 'SQLite format 3\0', { flag: 'r+' })
}
