// The rules of one order as properties: any seed, any moment, any size of shop.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sortearCriacao } from './datas.ts'
import { sortearPedido } from './pedido.ts'
import { criarSorteio, distintos } from './sorteio.ts'

const DIA = 24 * 3_600_000
const AGORA = Date.parse('2026-10-01T00:00:00.000Z')
const semente = fc.integer({ min: 0, max: 4_294_967_295 })

test('mesmo o pedido mais novo tem todos os passos em ordem e antes de agora', () => {
  fc.assert(
    fc.property(semente, fc.integer({ min: 1, max: 10_000_000 }), (s, total) => {
      const sorteio = criarSorteio(s)
      const criadoEm = sortearCriacao(sorteio, AGORA, total - 1, total)
      const loja = { agora: AGORA, clientes: 3, precosCentavos: [1, 2, 3, 4, 5] }
      const { pagamento, nota } = sortearPedido(sorteio, loja, criadoEm)
      const passos = [criadoEm, pagamento?.processadoEm, nota?.emitidaEm, nota?.envio?.despachadoEm]
      const datas = passos.filter((data) => data != null)
      const emOrdem = datas.every((data, i) => i === 0 || data > (datas[i - 1] ?? 0))
      return emOrdem && datas.every((data) => data <= AGORA && Number.isInteger(data))
    }),
    { numRuns: 2_000 },
  )
})

test('pedidos são criados em ordem, do começo ao fim da janela', () => {
  fc.assert(
    fc.property(semente, fc.integer({ min: 1, max: 300 }), (s, total) => {
      const sorteio = criarSorteio(s)
      const datas = Array.from({ length: total }, (_, i) =>
        sortearCriacao(sorteio, AGORA, i, total),
      )
      const crescem = datas.every((data, i) => i === 0 || data > (datas[i - 1] ?? 0))
      return crescem && datas.every((data) => data >= AGORA - 90 * DIA && data < AGORA)
    }),
  )
})

test('os produtos de um pedido são distintos e existem, mesmo quando são todos', () => {
  fc.assert(
    fc.property(semente, fc.integer({ min: 1, max: 5 }), fc.nat(20), (s, k, sobra) => {
      const escolhidos = distintos(criarSorteio(s), k, k + sobra)
      const existem = escolhidos.every((n) => Number.isInteger(n) && n >= 1 && n <= k + sobra)
      return existem && escolhidos.length === k && new Set(escolhidos).size === k
    }),
  )
})

test('todo produto tem a mesma chance de ser escolhido', () => {
  const sorteio = criarSorteio(42)
  const vezes = new Array<number>(9).fill(0)
  for (let i = 0; i < 9_000; i++) {
    for (const n of distintos(sorteio, 3, 8)) vezes[n] = (vezes[n] ?? 0) + 1
  }
  // 3,375 each; five standard deviations are about 230.
  for (const n of vezes.slice(1)) assert.ok(Math.abs(n - 3_375) < 230, String(vezes))
})

test('o sorteio cobre as duas pontas e se repete com a mesma semente', () => {
  const serie = (s: number) => {
    const sorteio = criarSorteio(s)
    return Array.from({ length: 300 }, () => sorteio.inteiro(1, 3))
  }
  assert.deepEqual(serie(7), serie(7))
  assert.notDeepEqual(serie(7), serie(8))
  assert.deepEqual([...new Set(serie(7))].toSorted(), [1, 2, 3])
})
