// The rules of a new password, apart from the routes that apply them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { senhaDita, senhaEhOEmail, senhaNova } from './senha_nova.ts'

const aceita = (senha: string) => senhaNova.safeParse(senha).success

test('de 10 a 200 letras, quaisquer que sejam; as mais usadas não, em nenhuma caixa', () => {
  for (const boa of ['10 letras!', 'só minúsculas', '   espaços   ', 'x'.repeat(200)]) {
    assert.equal(aceita(boa), true, boa)
  }
  for (const ruim of [
    '9 letras!',
    'x'.repeat(201),
    '1234567890',
    'Qwerty12345',
    '\udfff sozinho',
  ]) {
    assert.equal(aceita(ruim), false, ruim)
  }
})

test('a senha que só se confere pode ser curta, porque pode ser antiga', () => {
  assert.equal(senhaDita.safeParse('x').success, true)
  assert.equal(senhaDita.safeParse('').success, false)
  assert.equal(senhaDita.safeParse('x'.repeat(201)).success, false)
})

test('o e-mail não é senha em nenhuma caixa, com espaços ou sem', () => {
  assert.equal(senhaEhOEmail(' Ana@Example.com ', 'ana@example.com'), true)
  assert.equal(senhaEhOEmail('ana@example.com!', 'ana@example.com'), false)
})

test('um texto enorme é recusado sem que ninguém o componha', (t) => {
  const compor = t.mock.method(String.prototype, 'normalize')
  const acentos = `a${'\u0301\u0316'.repeat(1_000)}`
  assert.deepEqual([aceita(acentos), senhaDita.safeParse(acentos).success], [false, false])
  assert.equal(compor.mock.callCount(), 0)
})
