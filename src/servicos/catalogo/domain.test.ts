// A product as it is shown: name and price from here, free units from estoque.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import { comoProdutoId } from '../../contratos/ids.ts'
import { mostrar } from './domain.ts'

const produto = { id: comoProdutoId(1), nome: 'Mesa', preco_centavos: comoCentavos(1_050) }

test('o produto é mostrado com as unidades que o estoque diz livres', () => {
  const mostrado = mostrar(produto, new Map([[produto.id, 4]]), false)
  assert.deepEqual(mostrado, { ...produto, estoque: 4 })
})

test('produto que o estoque não conhece tem zero unidades', () => {
  assert.equal(mostrar(produto, new Map(), false).estoque, 0)
})

test('número que pode ter mudado vem marcado', () => {
  const mostrado = mostrar(produto, new Map([[produto.id, 4]]), true)
  assert.deepEqual(mostrado, { ...produto, estoque: 4, estoque_desatualizado: true })
})
