// The client loads without compiling its schemas, and still checks its options when told to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import './cliente_leve.ts'

const { Producer } = await import('@platformatic/kafka')
const opcoes = { clientId: 'teste', bootstrapBrokers: ['127.0.0.1:1'] }

test('sem pedir rigor nada é conferido, e o esquema nem se compila', async () => {
  const produtor = new Producer({ ...opcoes, acks: 'nenhum' as never })
  await produtor.close()
})

test('com rigor, o esquema é compilado na hora e a opção errada é recusada', async () => {
  assert.throws(() => new Producer({ ...opcoes, strict: true, acks: 'nenhum' as never }), /acks/)
  const produtor = new Producer({ ...opcoes, strict: true, acks: 1 })
  await produtor.close()
})
