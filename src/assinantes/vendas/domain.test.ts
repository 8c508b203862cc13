// A sale read and added up: every field's bounds, and sums held to rational arithmetic.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { lerVenda, MAXIMO_DE_ITENS, totalDe, totalEmDecimais } from './domain.ts'

const venda = (item: object, resto: object = {}) =>
  JSON.stringify({
    order_number: 1,
    items: [{ product: 'livro', quantity: 2, unit_price: 10.5, ...item }],
    ...resto,
  })
const comPreco = (texto: string, quantidade = '1') =>
  `{"order_number":1,"items":[{"product":"x","quantity":${quantidade},"unit_price":${texto}}]}`
const total = (texto: string) => lerVenda(texto).total

test('o exemplo da especificação dá 21, e campos a mais não incomodam', () => {
  assert.deepEqual(lerVenda(venda({ cor: 'azul' }, { loja: 7 })), { numero: 1, total: '21' })
})

const INVALIDAS: readonly (readonly [string, string, RegExp])[] = [
  ['não é JSON', '{"order_number":1', /JSON/],
  ['é nulo', 'null', /objeto/],
  ['é uma lista', '[]', /objeto/],
  ['é um número', '12345678901234567890', /objeto/],
  ['não tem número', venda({}, { order_number: undefined }), /^order_number/],
  ['tem número zero', venda({}, { order_number: 0 }), /^order_number/],
  ['tem número grande demais', venda({}, { order_number: 2_147_483_648 }), /^order_number/],
  ['tem número partido', venda({}, { order_number: 1.5 }), /^order_number/],
  ['tem número em texto', venda({}, { order_number: '1' }), /^order_number/],
  ['tem número quase inteiro', '{"order_number":1.00000000000000000001}', /^order_number/],
  ['não tem itens', venda({}, { items: undefined }), /^items/],
  ['tem itens que não são lista', venda({}, { items: {} }), /^items/],
  ['tem lista vazia', venda({}, { items: [] }), /^items/],
  ['tem dez mil itens', venda({}, { items: Array(10_000).fill({}) }), /^items: .*máximo 1000/],
  ['tem item nulo', venda({}, { items: [null] }), /^items\.0/],
  ['não tem produto', venda({ product: undefined }), /^items\.0\.product/],
  ['tem produto vazio', venda({ product: '' }), /^items\.0\.product/],
  ['tem produto que é número', venda({ product: 7 }), /^items\.0\.product/],
  ['tem produto longo demais', venda({ product: 'x'.repeat(201) }), /^items\.0\.product/],
  ['não tem quantidade', venda({ quantity: undefined }), /^items\.0\.quantity/],
  ['tem quantidade em texto', venda({ quantity: '2' }), /^items\.0\.quantity/],
  ['tem quantidade zero', venda({ quantity: 0 }), /^items\.0\.quantity/],
  ['tem quantidade negativa', venda({ quantity: -1 }), /^items\.0\.quantity/],
  ['tem quantidade partida', venda({ quantity: 1.5 }), /^items\.0\.quantity/],
  ['tem quantidade absurda', venda({ quantity: 1_000_001 }), /^items\.0\.quantity/],
  ['não tem preço', venda({ unit_price: undefined }), /^items\.0\.unit_price/],
  ['tem preço nulo, como um NaN', venda({ unit_price: Number.NaN }), /^items\.0\.unit_price/],
  ['tem preço em texto', venda({ unit_price: '10.5' }), /^items\.0\.unit_price/],
  ['tem preço negativo', venda({ unit_price: -0.01 }), /^items\.0\.unit_price/],
  ['tem preço absurdo', venda({ unit_price: 1_000_000_000.01 }), /^items\.0\.unit_price/],
  ['tem preço absurdo por um triz', comPreco('1000000000.00000000001'), /^items\.0\.unit_price/],
  ['tem preço infinito', comPreco('1e999'), /^items\.0\.unit_price/],
  ['tem preço de 21 casas', comPreco('0.000000000000000000001'), /^items\.0\.unit_price/],
  ['tem preço que um float chama de zero', comPreco('1e-400'), /^items\.0\.unit_price/],
]
for (const [como, texto, detalhe] of INVALIDAS) {
  test(`a venda que ${como} é inválida, e o detalhe diz o campo`, () => {
    assert.throws(
      () => lerVenda(texto),
      (erro) =>
        erro instanceof ErroDeNegocio &&
        erro.codigo === 'mensagem_invalida' &&
        !erro.canRetry &&
        detalhe.test(erro.message),
    )
  })
}

test('nos limites a venda vale', () => {
  const itens = Array(MAXIMO_DE_ITENS).fill({ product: 'x', quantity: 1_000_000, unit_price: 1e9 })
  const maior = venda({}, { order_number: 2_147_483_647, items: itens })
  assert.deepEqual(lerVenda(maior), { numero: 2_147_483_647, total: '1000000000000000000' })
  assert.equal(total(comPreco('0.00000000000000000001', '3')), '0.00000000000000000003')
  assert.equal(total(comPreco('0')), '0')
  assert.equal(total(comPreco('-0')), '0')
  assert.equal(total(comPreco('1.05e1', '2.0')), '21')
})

test('o que um float não distingue, o total distingue', () => {
  assert.equal(total(comPreco('0.1', '3')), '0.3')
  assert.equal(total(comPreco('999999999.99999999999', '1000000')), '999999999999999.99999')
  assert.equal(total(comPreco('123456789.12345678901234567890')), '123456789.1234567890123456789')
  assert.equal(total(comPreco('90071992.54740993', '1000')), '90071992547.40993')
})

const preco = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 20 }))
  .filter(([n, casas]) => n <= 10n ** BigInt(9 + casas))
  .map(([n, casas]) => {
    const digitos = String(n).padStart(casas + 1, '0')
    const corte = digitos.length - casas
    return {
      n,
      casas,
      texto: casas ? `${digitos.slice(0, corte)}.${digitos.slice(corte)}` : digitos,
    }
  })
const quantidade = fc.integer({ min: 1, max: 1_000_000 })

test('o total é a soma racional dos itens, quaisquer que sejam', () => {
  const itens = fc.array(fc.tuple(quantidade, preco), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(itens, (itens) => {
      const lista = itens.map(
        ([q, { texto }]) => `{"product":"x","quantity":${q},"unit_price":${texto}}`,
      )
      const dito = total(`{"order_number":1,"items":[${lista.join(',')}]}`)
      // Both sides over 10^20, as integers.
      const esperado = itens.reduce(
        (soma, [q, { n, casas }]) => soma + BigInt(q) * n * 10n ** BigInt(20 - casas),
        0n,
      )
      const [inteiro = '', fracao = ''] = dito.split('.')
      assert.equal(BigInt(inteiro + fracao.padEnd(20, '0')), esperado)
      assert.doesNotMatch(dito, /\.\d*0$|\.$|^0\d/)
    }),
  )
})

test('o caminho rápido e o exato dão o mesmo texto', () => {
  const unidades = fc.integer({ min: 0, max: 9_999_999_999_999 })
  const item = fc.record({
    quantity: fc.oneof(quantidade, fc.integer({ min: 1, max: 9 })),
    unit_price: fc.oneof(
      fc.tuple(unidades, fc.constantFrom(1, 10, 100, 1e4, 1e5, 1e6)).map(([n, e]) => n / e / 1e3),
      fc.integer({ min: 0, max: 99_999 }).map((centavos) => centavos / 100),
    ),
  })
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 20 }), (itens) => {
      assert.equal(totalDe(itens), totalEmDecimais(itens))
    }),
  )
})
