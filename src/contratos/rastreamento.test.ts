// The S10 tracking code against published examples and, as a property, against any single typo.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codigoDeRastreamento, rastreamentoValido } from './rastreamento.ts'

const serie = fc.integer({ min: 0, max: 99_999_999 })

test('os exemplos publicados têm o dígito da norma S10', () => {
  // RR473124829GB is the standard's worked example (sum 200, digit 9), RB123456785GB its classic.
  assert.equal(codigoDeRastreamento(47_312_482), 'BR473124829BR')
  assert.equal(codigoDeRastreamento(12_345_678), 'BR123456785BR')
})

test('resto 1 escreve 0 e resto 0 escreve 5', () => {
  // Sums worked out by hand: 00000011 gives 9 + 7 = 16, 00000200 gives 2 × 5 = 10, 00000101 gives
  // 5 + 7 = 12 (remainder 1, so 10, written 0); 00000000 gives 0 (so 11, written 5).
  assert.equal(codigoDeRastreamento(11), 'BR000000116BR')
  assert.equal(codigoDeRastreamento(200), 'BR000002001BR')
  assert.equal(codigoDeRastreamento(101), 'BR000001010BR')
  assert.equal(codigoDeRastreamento(0), 'BR000000005BR')
})

test('todo código gerado é válido e números diferentes dão códigos diferentes', () => {
  fc.assert(
    fc.property(serie, serie, (a, b) => {
      const codigo = codigoDeRastreamento(a)
      return rastreamentoValido(codigo) && (a === b || codigo !== codigoDeRastreamento(b))
    }),
  )
})

test('nenhum dígito trocado da série passa', () => {
  fc.assert(
    fc.property(serie, fc.nat(7), fc.integer({ min: 1, max: 9 }), (n, i, soma) => {
      const codigo = codigoDeRastreamento(n)
      const digito = (Number(codigo[2 + i]) + soma) % 10
      const trocado = codigo.slice(0, 2 + i) + digito + codigo.slice(3 + i)
      // Remainders 0 and 6 both write 5: the one change the standard itself cannot see.
      return !rastreamentoValido(trocado) || codigo[10] === '5'
    }),
  )
})

test('número fora da série e texto em outro formato são recusados', () => {
  for (const n of [-1, 100_000_000, 1.5, Number.NaN]) {
    assert.throws(() => codigoDeRastreamento(n), RangeError, String(n))
  }
  // BR473124829PY is the reference generator's form: S10 ends with the country of *origin*.
  for (const texto of ['BR473124829PY', 'br473124829br', 'BR47312482BR', ' BR473124829BR', '']) {
    assert.equal(rastreamentoValido(texto), false, texto)
  }
})
