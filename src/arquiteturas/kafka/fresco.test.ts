// What is asked so that others may look: rarely, once at a time, and never waited for too long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criarFresco } from './fresco.ts'

function cena(esperaMs = 10_000) {
  const cena = { agora: 0, perguntas: 0, responder: async (n: number): Promise<number> => n }
  const perguntar = () => cena.responder(++cena.perguntas)
  const ler = criarFresco(perguntar, { frescoMs: 1_000, esperaMs }, () => cena.agora)
  return Object.assign(cena, { ler })
}

test('enquanto é fresca a resposta vale, e depois se pergunta de novo', async () => {
  const c = cena()
  assert.deepEqual([await c.ler(), await c.ler()], [1, 1])
  c.agora = 1_000
  assert.equal(await c.ler(), 1)
  c.agora = 1_001
  assert.equal(await c.ler(), 2)
})

test('cem olhares ao mesmo tempo fazem uma pergunta', async () => {
  const c = cena()
  const lidas = await Promise.all(Array.from({ length: 100 }, () => c.ler()))
  assert.deepEqual([new Set(lidas), c.perguntas], [new Set([1]), 1])
})

test('quem falha não sabe, e não é perguntado a toda hora', async () => {
  const c = cena()
  c.responder = async () => Promise.reject(new Error('fora'))
  assert.deepEqual([await c.ler(), await c.ler(), c.perguntas], [undefined, undefined, 1])
})

test('quem não responde no prazo não sabe; a pergunta é uma só, e serve quando chega', {
  timeout: 5_000,
}, async () => {
  const c = cena(20)
  const resposta = Promise.withResolvers<number>()
  c.responder = () => resposta.promise
  assert.equal(await c.ler(), undefined)
  c.agora = 60_000
  const segunda = c.ler()
  resposta.resolve(7)
  assert.deepEqual([await segunda, await c.ler(), c.perguntas], [7, 7, 1])
})
