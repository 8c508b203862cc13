// Money at the doors: reais in, exact centavos inside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { comoCentavos, deReais, emReais, formatar, MAIOR_VALOR, somar } from './dinheiro.ts'

test('todo float32 até R$ 131.071,99 dá o centavo exato', () => {
  let errados = 0
  for (let centavos = 1; centavos <= 13_107_199; centavos++) {
    if (deReais(Math.fround(centavos / 100)) !== centavos) errados++
  }
  assert.equal(errados, 0)
})

test('acima disso o float32 já não guarda todos os centavos', () => {
  assert.notEqual(deReais(Math.fround(131_072.01)), 13_107_201)
})

test('reais em decimal voltam os mesmos centavos', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000_000_000 }), (n) => {
      return deReais(emReais(comoCentavos(n))) === n && deReais(Number((n / 100).toFixed(2))) === n
    }),
  )
})

// Beyond R$ 35 trillion the double nearest to the reais may be half a centavo away.
test('também em valores de trilhões', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_500_000_000_000_000 }), (n) => {
      return deReais(emReais(comoCentavos(n))) === n
    }),
  )
})

test('arredonda ao centavo mais próximo', () => {
  for (const [reais, centavos] of [
    [19.99, 1_999],
    [0.1 + 0.2, 30],
    [10.004, 1_000],
    [10.006, 1_001],
    [0.005, 1],
    [0.01, 1],
  ] as const) {
    assert.equal(deReais(reais), centavos, String(reais))
  }
})

test('o que não é um valor positivo e possível não é dinheiro', () => {
  const ruins = [Number.NaN, Infinity, -Infinity, 0, -0, -1, -0.01, 0.004, 1e300, 1e16]
  for (const ruim of ruins) assert.equal(deReais(ruim), undefined, String(ruim))
  assert.equal(deReais(MAIOR_VALOR / 100), MAIOR_VALOR)
  assert.equal(deReais(MAIOR_VALOR / 100 + 1), undefined)
})

test('centavos são inteiros exatos, ou um erro', () => {
  assert.equal(comoCentavos(MAIOR_VALOR), MAIOR_VALOR)
  for (const ruim of [0.5, Number.NaN, Infinity, 2 ** 53]) {
    assert.throws(() => comoCentavos(ruim), RangeError)
  }
})

test('a soma é exata ou um erro', () => {
  assert.equal(somar([]), 0)
  assert.equal(somar([1, 2, 3]), 6)
  assert.throws(() => somar([Number.MAX_SAFE_INTEGER, 1]), RangeError)
  assert.throws(() => somar([0.1]), RangeError)
})

test('é escrito à brasileira', () => {
  assert.equal(formatar(123_456).replace(/\s/u, ' '), 'R$ 1.234,56')
})
