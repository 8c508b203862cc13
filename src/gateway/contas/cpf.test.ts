// CPF: known ones, and for every nine digits exactly one pair of check digits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lerCpf } from './cpf.ts'

test('CPFs de exemplo conhecidos são aceitos com e sem pontuação', () => {
  // The usual examples of textbooks and of the validators' own documentation.
  for (const cpf of ['11144477735', '52998224725', '12345678909']) {
    assert.equal(lerCpf(cpf), cpf)
    const pontuado = cpf.replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4')
    assert.equal(lerCpf(pontuado), cpf)
  }
})

test('outra pontuação, outro tamanho e onze algarismos iguais são recusados', () => {
  const ruins = ['', '1114447773', '111444777355', '111.444.77735', ' 11144477735', '111444777-35']
  for (const ruim of [...ruins, '١١١٤٤٤٧٧٧٣٥', '1114447773x']) assert.equal(lerCpf(ruim), undefined)
  for (let n = 0; n <= 9; n++) assert.equal(lerCpf(String(n).repeat(11)), undefined, String(n))
})

test('para cada nove algarismos, dos cem finais possíveis só um é aceito', () => {
  const nove = fc.integer({ min: 0, max: 999_999_999 }).map((n) => String(n).padStart(9, '0'))
  fc.assert(
    fc.property(nove, (base) => {
      const finais = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'))
      const aceitos = finais.filter((fim) => lerCpf(base + fim) !== undefined)
      return aceitos.length === (/^(\d)\1{8}$/.test(base) ? 0 : 1)
    }),
  )
})
