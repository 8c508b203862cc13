// The embedded database: durable, serialised, kept to one process, and clear about what is wrong.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Database, ErroDeInicio } from './database.ts'
import { abrirSqlite } from './sqlite.ts'

const ESQUEMA = 'create table if not exists t (a integer primary key, b text not null)'
const novaPasta = () => mkdtempDisposableSync(join(tmpdir(), 'quatrovias-sqlite-'))
const inserir = (db: Database, a: number, b = 'x') =>
  db.transacao((tx) => tx.executar('insert into t values ($1, $2)', [a, b]))
const linhas = async (db: Database) =>
  (await db.leitura.todos<{ a: number }>('select a from t order by a')).map(({ a }) => a)
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

test('quem lê não vê o que ainda não foi confirmado', async () => {
  using pasta = novaPasta()
  await using db = abrirSqlite(join(pasta.path, 'a.db'), ESQUEMA)
  await db.transacao(async (tx) => {
    await tx.executar("insert into t values (1, 'x')")
    assert.deepEqual(await linhas(db), [])
  })
  assert.deepEqual(await linhas(db), [1])
})

test('a conexão de leitura não grava', async () => {
  using pasta = novaPasta()
  await using db = abrirSqlite(join(pasta.path, 'a.db'), ESQUEMA)
  const gravar = db.leitura.todos("insert into t values (1, 'x')")
  await assert.rejects(gravar, { codigo: 'banco_falhou' })
})

test('corpo que lança desfaz tudo, o erro passa como veio e o banco segue', async () => {
  using pasta = novaPasta()
  await using db = abrirSqlite(join(pasta.path, 'a.db'), ESQUEMA)
  const erro = new Error('meu')
  const lancando = db.transacao(async (tx) => {
    await tx.executar("insert into t values (1, 'x')")
    throw erro
  })
  await assert.rejects(lancando, (e) => e === erro)
  await inserir(db, 2)
  assert.deepEqual(await linhas(db), [2])
})

test('restrição violada desfaz a transação inteira', async () => {
  using pasta = novaPasta()
  await using db = abrirSqlite(join(pasta.path, 'a.db'), ESQUEMA)
  const conjuntos = [1, 2, 1].map((a) => [a, 'x'])
  const gravando = db.transacao((tx) => tx.executarCada('insert into t values ($1, $2)', conjuntos))
  await assert.rejects(gravando, /UNIQUE/)
  assert.deepEqual(await linhas(db), [])
})

test('transações são uma de cada vez, na ordem em que foram pedidas', async () => {
  using pasta = novaPasta()
  await using db = abrirSqlite(join(pasta.path, 'a.db'), ESQUEMA)
  const diario: string[] = []
  const pedir = (nome: string, voltas: number) =>
    db.transacao(async (tx) => {
      diario.push(`${nome} entra`)
      for (let i = 0; i < voltas; i++) await new Promise(setImmediate)
      await tx.um('select 1')
      diario.push(`${nome} sai`)
      if (nome === 'b') throw new Error('b')
    })
  const todas = await Promise.allSettled([pedir('a', 9), pedir('b', 5), pedir('c', 0)])
  assert.deepEqual(diario, ['a entra', 'a sai', 'b entra', 'b sai', 'c entra', 'c sai'])
  assert.deepEqual(
    todas.map((t) => t.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})

test('fechar espera pelo que está sendo gravado', async () => {
  using pasta = novaPasta()
  const arquivo = join(pasta.path, 'a.db')
  const db = abrirSqlite(arquivo, ESQUEMA)
  const gravando = db.transacao(async (tx) => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
    await tx.executar("insert into t values (1, 'x')")
  })
  await db[Symbol.asyncDispose]()
  await gravando
  await using outra = abrirSqlite(arquivo, ESQUEMA)
  assert.deepEqual(await linhas(outra), [1])
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
