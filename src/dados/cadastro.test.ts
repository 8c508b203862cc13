// What only shows beyond the sizes of the other tests: two blocks, more products than names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sortearClientes, sortearProdutos } from './cadastro.ts'
import { criarSorteio } from './sorteio.ts'

test('o segundo bloco de clientes não repete os nomes do primeiro', () => {
  const nomes = (primeiro: number) =>
    sortearClientes(42, primeiro, primeiro + 9).map((cliente) => cliente.nome)
  assert.notDeepEqual(nomes(1), nomes(1_001))
  assert.deepEqual(nomes(1), nomes(1))
})

test('com mais produtos que nomes, todos têm nome e preço e só então um nome se repete', () => {
  const produtos = sortearProdutos(criarSorteio(42), 42, 5_000)
  const nomes = produtos.map((produto) => produto.nome)
  const distintos = new Set(nomes).size
  assert.equal(new Set(nomes.slice(0, distintos)).size, distintos)
  assert.ok(nomes.every((nome) => nome.startsWith('Produto ')))
  const precos = produtos.map((produto) => produto.precoCentavos)
  assert.ok(Math.min(...precos) >= 1_050 && Math.min(...precos) < 1_100)
  assert.ok(Math.max(...precos) <= 50_099 && Math.max(...precos) > 50_000)
})
