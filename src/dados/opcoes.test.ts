// What is refused before anything is touched, and what the defaults are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completarOpcoes, lerAgora, lerInteiro, OpcaoInvalida, type OpcoesDados } from './opcoes.ts'

const RELOGIO = new Date('2026-11-20T21:33:44.555Z')

test('sem opções: 50 clientes, 30 produtos, 100 pedidos, semente fixa, até hoje 00:00 UTC', () => {
  assert.deepEqual(completarOpcoes({}, RELOGIO), {
    saida: 'ecommerce.db',
    pedidos: 100,
    clientes: 50,
    produtos: 30,
    semente: 42,
    substituir: false,
    agora: new Date('2026-11-20T00:00:00.000Z'),
  })
})

test('número que não é inteiro ou sai dos limites é recusado com o nome da opção', () => {
  for (const texto of ['-1', '1.5', '2,5', 'abc', '', ' 7', '1e3', '0x10', '10000001', 'NaN']) {
    assert.throws(() => lerInteiro('pedidos', texto), nomeia('--pedidos'), texto)
  }
  assert.throws(() => lerInteiro('semente', '4294967296'), nomeia('--semente'))
  assert.equal(lerInteiro('pedidos', '10000000'), 10_000_000)
})

test('combinação impossível é recusada com o que fazer', () => {
  const casos: [OpcoesDados, string][] = [
    [{ produtos: 0 }, '--produtos 5'],
    [{ produtos: 4 }, '--produtos 5'],
    [{ clientes: 0 }, '--clientes 1'],
    [{ saida: ' ' }, '--saida'],
    [{ pedidos: -1 }, '--pedidos'],
    [{ clientes: Number.NaN }, '--clientes'],
    [{ semente: 0.5 }, '--semente'],
    [{ agora: new Date('2026-11-20T21:33:44.556Z') }, '--agora'],
    [{ agora: new Date('2005-12-31') }, '--agora'],
    [{ agora: new Date(Number.NaN) }, '--agora'],
  ]
  for (const [opcoes, trecho] of casos) {
    assert.throws(() => completarOpcoes(opcoes, RELOGIO), nomeia(trecho), JSON.stringify(opcoes))
  }
  assert.equal(completarOpcoes({ pedidos: 0, clientes: 0, produtos: 0 }, RELOGIO).produtos, 0)
})

test('--agora aceita dia ou instante em UTC e nenhuma data que não existe', () => {
  assert.equal(lerAgora('2026-01-31').toISOString(), '2026-01-31T00:00:00.000Z')
  assert.equal(lerAgora('2026-01-31T10:20:30Z').toISOString(), '2026-01-31T10:20:30.000Z')
  for (const texto of ['2026-02-30', '2026-13-01', '31/01/2026', '2026-01-31T10:20:30', 'ontem']) {
    assert.throws(() => lerAgora(texto), nomeia('--agora'), texto)
  }
})

function nomeia(trecho: string) {
  return (erro: unknown) => erro instanceof OpcaoInvalida && erro.message.includes(trecho)
}
