// The memory of ended sessions: as long as their tokens could live, and never more than its bound.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criarEncerradas, VIDA_DO_TOKEN_MS } from './encerradas.ts'

test('uma sessão encerrada é lembrada enquanto um token dela poderia viver, e não mais', () => {
  let agora = 1_000
  const encerradas = criarEncerradas(() => agora)
  encerradas.incluir('a', agora)
  agora += VIDA_DO_TOKEN_MS - 1
  encerradas.incluir('b', agora)
  assert.deepEqual([encerradas.tem('a', 0), encerradas.tem('b', 0)], [true, true])
  agora += 1
  encerradas.incluir('c', agora)
  assert.deepEqual([encerradas.tem('a', 0), encerradas.tem('b', 0)], [false, true])
})

test('cheia, a memória esquece a mais antiga sem que os tokens dela voltem a valer', () => {
  const encerradas = criarEncerradas(() => 5_000, 2)
  encerradas.incluir('a', 1_000)
  encerradas.incluir('b', 2_000)
  assert.equal(encerradas.tem('outra', 900), false)
  encerradas.incluir('c', 3_000)
  assert.equal(encerradas.tem('a', 900), true)
  assert.equal(encerradas.tem('outra', 900), true, 'um token mais velho que o fim esquecido')
  assert.equal(encerradas.tem('outra', 1_001), false)
})
