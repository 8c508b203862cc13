// What every driver promises behind `database.ts`, written once and asked of each of them.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Database } from '../src/persistencia/database.ts'

export const ESQUEMA = 'create table if not exists t (a integer primary key, b text not null)'

/** A database that its opener can open again after it was closed. */
export interface Lugar extends AsyncDisposable {
  abrir(esquema?: string): Promise<Database>
}

export const inserir = (db: Database, a: number, b = 'x') =>
  db.transacao((tx) => tx.executar('insert into t values ($1, $2)', [a, b]))
export const linhas = async (db: Database) =>
  (await db.leitura.todos<{ a: number }>('select a from t order by a')).map(({ a }) => a)

export function database(driver: string, novoLugar: () => Promise<Lugar>): void {
  const comBanco = (nome: string, testar: (db: Database, lugar: Lugar) => Promise<void>) =>
    it(nome, async () => {
      await using lugar = await novoLugar()
      await using db = await lugar.abrir(ESQUEMA)
      await testar(db, lugar)
    })
  describe(`${driver}: leitura e gravação`, () => leituraEGravacao(comBanco))
  describe(`${driver}: muitas chaves`, () => muitasChaves(comBanco))
  describe(`${driver}: transações`, () => transacoes(comBanco))
}

type ComBanco = (nome: string, testar: (db: Database, lugar: Lugar) => Promise<void>) => void

function muitasChaves(comBanco: ComBanco): void {
  comBanco('de texto ou de número, numa pergunta só; sem nenhuma, nenhuma linha', async (db) => {
    const textos = ["d'água", 'ação "☕"', 'a\\b', '7', '{x,y}', '']
    await db.transacao(async (tx) => {
      for (const [i, texto] of textos.entries()) {
        await tx.executar('insert into t values ($1, $2)', [i + 1, texto])
      }
      const deTexto = 'select a, b from t where b = any ($chaves) order by a'
      const linhas = await tx.dasChaves<{ b: string }>(deTexto, [...textos, 'outra', '7'])
      assert.deepEqual(
        linhas.map(({ b }) => b),
        textos,
      )
      assert.deepEqual(await tx.dasChaves(deTexto, []), [])
    })
    const deNumero = 'select a from t where a = any ($chaves) order by a'
    const linhas = await db.leitura.dasChaves<{ a: number }>(deNumero, [3, 1, 99, 3])
    assert.deepEqual(
      linhas.map(({ a }) => a),
      [1, 3],
    )
  })
}

function leituraEGravacao(comBanco: ComBanco): void {
  comBanco('quem lê não vê o que ainda não foi confirmado', async (db) => {
    await db.transacao(async (tx) => {
      await tx.executar("insert into t values (1, 'x')")
      assert.deepEqual(await linhas(db), [])
    })
    assert.deepEqual(await linhas(db), [1])
  })

  comBanco('a conexão de leitura não grava', async (db) => {
    const gravar = db.leitura.todos("insert into t values (1, 'x')")
    await assert.rejects(gravar, { codigo: 'banco_falhou' })
    assert.deepEqual(await linhas(db), [])
  })

  comBanco('contas, somas e os maiores inteiros seguros chegam como números', async (db) => {
    await inserir(db, Number.MAX_SAFE_INTEGER)
    await inserir(db, 1)
    const linha = await db.leitura.um<object>(
      'select count(*) as n, max(a) as maior, sum(1) as soma, 1 = 1 as certo from t where a < $1',
      [Number.MAX_SAFE_INTEGER],
    )
    assert.deepEqual({ ...linha }, { n: 1, maior: 1, soma: 1, certo: 1 })
    assert.deepEqual(await linhas(db), [1, Number.MAX_SAFE_INTEGER])
  })

  comBanco('o que falta é undefined, e executar diz quantas linhas mudaram', async (db) => {
    await db.transacao(async (tx) => {
      const muitas = Array.from({ length: 1_000 }, (_, a) => [a, `linha ${a}`])
      await tx.executarCada('insert into t values ($1, $2)', muitas)
      assert.equal(await tx.executar("update t set b = 'y' where a >= $1", [900]), 100)
      assert.equal(await tx.executar('delete from t where a < $1', [0]), 0)
    })
    assert.equal(await db.leitura.um('select a from t where a = $1', [1_000]), undefined)
    assert.equal((await linhas(db)).length, 1_000)
  })

  comBanco('executarCada grava na ordem dada: a última palavra vale', async (db) => {
    const vezes = Array.from({ length: 600 }, (_, i) => [7, `vez ${i}`])
    await db.transacao((tx) =>
      tx.executarCada(
        'insert into t values ($1, $2) on conflict (a) do update set b = excluded.b',
        vezes,
      ),
    )
    const linha = await db.leitura.um<{ b: string }>('select b from t where a = 7')
    assert.equal(linha?.b, 'vez 599')
  })
}

function transacoes(comBanco: ComBanco): void {
  comBanco('corpo que lança desfaz tudo, o erro passa como veio e o banco segue', async (db) => {
    const erro = Object.assign(new Error('meu'), { code: 'ECONNREFUSED' })
    const lancando = db.transacao(async (tx) => {
      await tx.executar("insert into t values (1, 'x')")
      throw erro
    })
    await assert.rejects(lancando, (e) => e === erro)
    await inserir(db, 2)
    assert.deepEqual(await linhas(db), [2])
  })

  comBanco('restrição violada desfaz a transação inteira, e o banco segue', async (db) => {
    const conjuntos = [1, 2, 1, 3].map((a) => [a, 'x'])
    const gravando = db.transacao((tx) =>
      tx.executarCada('insert into t values ($1, $2)', conjuntos),
    )
    await assert.rejects(gravando, /unique/i)
    assert.deepEqual(await linhas(db), [])
    await inserir(db, 1)
    assert.deepEqual(await linhas(db), [1])
  })

  comBanco('transações são uma de cada vez, na ordem em que foram pedidas', async (db) => {
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

  comBanco(
    'fechar espera pelo que está sendo gravado; depois nada mais passa',
    async (db, lugar) => {
      const gravando = db.transacao(async (tx) => {
        for (let i = 0; i < 5; i++) await new Promise(setImmediate)
        await tx.executar("insert into t values (1, 'x')")
      })
      await db[Symbol.asyncDispose]()
      await gravando
      await assert.rejects(inserir(db, 2), { codigo: 'encerrando' })
      await assert.rejects(linhas(db), { codigo: 'encerrando' })
      await using outra = await lugar.abrir(ESQUEMA)
      assert.deepEqual(await linhas(outra), [1])
    },
  )
}
