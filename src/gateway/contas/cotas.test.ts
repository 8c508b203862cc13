// How many rows the audit log keeps of each kind, and what it takes to keep no more.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { abrirSqlite } from '../../persistencia/sqlite.ts'
import { lugarVazio } from '../gateway_de_teste.ts'
import { type Ato, anotarEm, type Cotas } from './auditoria.ts'

const onde = { metodo: 'POST', alvo: '/x', endereco: '::1', traceparent: '00' }
const falha: Ato = { acao: 'entrar', onde, status: 401 }
const deCliente: Ato = { ...falha, quem: { id: 3, papel: 'cliente' } }
const daEquipe: Ato = { ...falha, quem: { id: 1, papel: 'operador' } }

/** An audit log of its own, with how many rows it has of each kind. */
function emSeparado() {
  const lugar = lugarVazio()
  const esquema = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
  const db = abrirSqlite(join(lugar.configuracao.diretorio, 'auditoria.db'), esquema)
  return {
    anotar: (atos: readonly Ato[], cotas: Cotas) =>
      db.transacao(async (tx) => {
        for (const ato of atos) await anotarEm(tx, ato, cotas)
      }),
    async restam() {
      const sql = "select count(*) as n, min(id) as id from auditoria where papel = 'operador'"
      const equipe = await db.leitura.um<{ n: number; id: number }>(sql)
      const todas = await db.leitura.um<{ n: number }>('select count(*) as n from auditoria')
      return { equipe: equipe!.n, primeira: equipe!.id, outros: todas!.n - equipe!.n }
    },
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      lugar[Symbol.dispose]()
    },
  }
}
const vezes = (n: number, ...atos: Ato[]) => Array.from({ length: n }, () => atos).flat()

test('cada espécie de linha tem a sua cota, e nenhuma tira o lugar da outra', async () => {
  await using auditoria = emSeparado()
  const cotas = { equipe: 50, outros: 10 }
  await auditoria.anotar(vezes(40, daEquipe), cotas)
  await auditoria.anotar(vezes(1_000, falha, deCliente), cotas)
  const tomada = await auditoria.restam()
  assert.deepEqual([tomada.equipe, tomada.primeira], [40, 1])
  assert.ok(tomada.outros >= 10 && tomada.outros <= 110, `${tomada.outros}`)
  await auditoria.anotar(vezes(1_000, daEquipe), cotas)
  const { equipe, primeira, outros } = await auditoria.restam()
  assert.equal(outros, tomada.outros)
  assert.ok(equipe >= 50 && equipe <= 150, `${equipe}`)
  assert.ok(primeira > 2_040, 'as mais velhas saem')
})

test('nem em ritmo certo uma espécie escapa da sua cota', async () => {
  await using auditoria = emSeparado()
  await auditoria.anotar(vezes(1_000, daEquipe, falha), { equipe: 10, outros: 10 })
  const { equipe, outros } = await auditoria.restam()
  assert.ok(equipe <= 210 && outros <= 210, `${equipe} ${outros}`)
})

test('de um excesso antigo saem poucas linhas de cada vez', async () => {
  await using auditoria = emSeparado()
  await auditoria.anotar(vezes(960, falha), { equipe: 0, outros: 2_000 })
  const apertada = { equipe: 0, outros: 10 }
  await auditoria.anotar(vezes(97, falha), apertada)
  assert.equal((await auditoria.restam()).outros, 960 + 97 - 200)
})
