// The access key against keys published by others and, as a property, against any single typo.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chaveDeAcesso, chaveValida, digitoVerificador } from './chave_acesso.ts'

// The first is the worked example of the MOC (sum 644, digit 5); the others stand in the tests of
// public NF-e libraries and manuals. The last one shows a remainder that gives digit 0.
const PUBLICADAS = [
  '52060433009911002506550120000007800267301615',
  '43101000012345678901559999999999991999999993',
  '43171207364617000135550000000120141000120146',
  '35150300776574000741550030056161084659003490',
]

const PARTES = {
  uf: 35,
  emissao: '2026-11-20T21:33:00.000Z',
  cnpj: '12345678000195',
  serie: 1,
  numero: 987,
  codigo: 12_345_670,
}

const partesQuaisquer = fc.record({
  uf: fc.constantFrom(11, 35, 43, 53),
  emissao: fc
    .date({ min: new Date('2006-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((data) => data.toISOString()),
  cnpj: fc.stringMatching(/^\d{14}$/),
  serie: fc.integer({ min: 0, max: 999 }),
  numero: fc.integer({ min: 1, max: 999_999_999 }),
  codigo: fc.integer({ min: 0, max: 99_999_999 }),
})

test('chaves publicadas por terceiros são válidas e têm o dígito calculado', () => {
  for (const chave of PUBLICADAS) {
    assert.equal(digitoVerificador(chave.slice(0, 43)), Number(chave[43]), chave)
    assert.ok(chaveValida(chave), chave)
  }
})

test('cada parte ocupa o seu lugar na chave', () => {
  const chave = chaveDeAcesso(PARTES)
  assert.equal(chave.slice(0, 43), '3526111234567800019555001000000987112345670')
  assert.equal(chave.length, 44)
})

test('toda chave gerada é válida e nenhum dígito trocado passa', () => {
  fc.assert(
    fc.property(partesQuaisquer, fc.nat(43), fc.integer({ min: 1, max: 9 }), (partes, i, soma) => {
      const chave = chaveDeAcesso(partes)
      const digito = (Number(chave[i]) + soma) % 10
      const trocada = chave.slice(0, i) + digito + chave.slice(i + 1)
      return chaveValida(chave) && chave.slice(2, 6) === anoMes(partes.emissao) && pega(trocada, i)
    }),
  )
})

test('chave com UF, mês, modelo ou tamanho errado não vale, ainda que o dígito confira', () => {
  const chave = chaveDeAcesso(PARTES).slice(0, 43)
  const trocas: [number, string][] = [
    [0, '36'],
    [4, '13'],
    [4, '00'],
    [20, '65'],
  ]
  for (const [inicio, valor] of trocas) {
    const base = chave.slice(0, inicio) + valor + chave.slice(inicio + valor.length)
    assert.equal(chaveValida(`${base}${digitoVerificador(base)}`), false, valor)
  }
  assert.equal(chaveValida(chave), false)
  assert.equal(chaveValida(`${chaveDeAcesso(PARTES)}\n`), false)
  assert.equal(chaveValida(''), false)
})

test('parte que não cabe no seu campo é recusada', () => {
  const erradas = [
    { uf: 36 },
    { emissao: '20/11/2026' },
    { emissao: '2026-13-01T00:00:00.000Z' },
    { cnpj: '12.345.678/0001-95' },
    { serie: 1000 },
    { numero: 0 },
    { numero: 1_000_000_000 },
    { numero: 1.5 },
    { codigo: -1 },
    { codigo: 100_000_000 },
  ]
  for (const errada of erradas) {
    assert.throws(() => chaveDeAcesso({ ...PARTES, ...errada }), RangeError, JSON.stringify(errada))
  }
})

function anoMes(emissao: string): string {
  return emissao.slice(2, 4) + emissao.slice(5, 7)
}

/**
 * Modulo 11 catches every single change but one kind: remainders 0 and 1 share the check digit 0,
 * so a change that only moves the sum between those two is invisible to it by construction.
 */
function pega(trocada: string, i: number): boolean {
  return !chaveValida(trocada) || (trocada[43] === '0' && i < 43)
}
