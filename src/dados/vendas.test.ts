// The sample that the repository ships, held to the generator.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AMOSTRA, amostra, gerarVendas } from './vendas.ts'

const RAIZ = join(import.meta.dirname, '../..')

test('sales_sample.json é o que o gerador dá: cem pedidos, de 2000000001 a 2000000100', () => {
  const vendas = JSON.parse(readFileSync(join(RAIZ, AMOSTRA.arquivo), 'utf8'))
  assert.deepEqual(vendas, [...amostra()])
  assert.deepEqual(
    vendas.map(({ order_number }: { order_number: number }) => order_number),
    Array.from({ length: 100 }, (_, i) => 2_000_000_001 + i),
  )
})

test('a mesma semente dá as mesmas vendas; outra, outras', () => {
  const com = (semente: number) => [...gerarVendas(50, AMOSTRA.primeira, semente)]
  assert.deepEqual(com(7), com(7))
  assert.notDeepEqual(com(7), com(8))
})
