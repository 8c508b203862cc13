// What the masks leave visible.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mascararCpf, mascararEmail } from './mascarar.ts'

test('do e-mail ficam a primeira letra e o domínio', () => {
  assert.equal(mascararEmail('cliente@example.com'), 'c***@example.com')
  assert.equal(mascararEmail(' a@loja.com.br '), 'a***@loja.com.br')
})

test('o que não é um e-mail some inteiro: pode ser uma senha digitada no lugar errado', () => {
  for (const texto of ['', 'senha', 'senha@123', '@example.com', 'a b@example.com', 'x@y@z']) {
    assert.equal(mascararEmail(texto), '***', texto)
  }
})

test('do CPF ficam os seis algarismos do meio', () => {
  assert.equal(mascararCpf('12345678909'), '***.456.789-**')
  assert.equal(mascararCpf('123'), '***')
})
