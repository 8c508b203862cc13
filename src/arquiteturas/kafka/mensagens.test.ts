// What is written on a topic is read back the same; and a stranger's plain JSON is understood, or
// refused with the reason.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EVENTOS } from '../../../testes/eventos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { fluxoPorTopico, type TopicoDeFluxo } from '../../contratos/topicos.ts'
import { escrever, ler, type TipoDoFluxo } from './mensagens.ts'

const bytes = (valor: unknown) => Buffer.from(JSON.stringify(valor))
const invalida = (padrao: RegExp) => (erro: unknown) =>
  erro instanceof ErroDeNegocio && erro.codigo === 'mensagem_invalida' && padrao.test(erro.message)

for (const [topico, { eventos }] of Object.entries(fluxoPorTopico)) {
  for (const tipo of eventos as readonly TipoDoFluxo[]) {
    test(`${tipo} vai e volta por ${topico} sem perder nada`, () => {
      const texto = escrever(EVENTOS[tipo])
      assert.equal(typeof JSON.parse(texto).status, 'string')
      assert.deepEqual(ler(topico as TopicoDeFluxo, Buffer.from(texto)), EVENTOS[tipo])
    })
  }
}

test('o valor vai em reais para quem é de fora, e em centavos, exato, para nós', () => {
  const { valor, valor_centavos } = JSON.parse(escrever(EVENTOS.PagamentoAprovado))
  assert.deepEqual([valor, valor_centavos], [20, 2_000])
})

test('as mensagens da especificação, sem nada nosso, são entendidas', () => {
  const aprovado = { pedido_id: '1001', status: 'aprovado' }
  assert.deepEqual(ler('pagamentos_processados', bytes(aprovado)), {
    tipo: 'PagamentoAprovado',
    pedido_id: 1_001,
  })
  const data_separacao = '2026-11-28 10:20:30'
  for (const status of ['concluido', 'sucesso']) {
    const lido = ler('estoque_separado', bytes({ pedido_id: 7, data_separacao, status }))
    assert.deepEqual(lido, {
      ...{ tipo: 'EstoqueSeparado', pedido_id: 7, itens: [] },
      data_separacao: '2026-11-28T10:20:30.000Z',
    })
  }
  for (const status of ['insuficiente', 'falha_sem_estoque']) {
    const lido = ler('estoque_separado', bytes({ pedido_id: 7, status }))
    assert.deepEqual(lido, { tipo: 'EstoqueInsuficiente', pedido_id: 7, motivo: 'sem_estoque' })
  }
  const comValor = { pedido_id: 7, status: 'aprovado', valor: 10.5, metodo: 'pix' }
  assert.deepEqual(ler('pagamentos_processados', bytes(comValor)), {
    ...{ tipo: 'PagamentoAprovado', pedido_id: 7, valor_centavos: 1_050, metodo: 'pix' },
  })
})

test('um instante sem zona é UTC, onde quer que o processo rode', () => {
  const zona = process.env.TZ
  process.env.TZ = 'America/Sao_Paulo'
  try {
    for (const [dito, data_separacao] of [
      ['2026-11-28 10:20:30', '2026-11-28T10:20:30.000Z'],
      ['2026-11-28T10:20:30', '2026-11-28T10:20:30.000Z'],
      ['2026-11-28 10:20:30.5', '2026-11-28T10:20:30.500Z'],
      ['2026-11-28T10:20:30.123456', '2026-11-28T10:20:30.123Z'],
      ['2026-11-28T10:20:30-03:00', '2026-11-28T13:20:30.000Z'],
    ] as const) {
      const valor = bytes({ pedido_id: 7, data_separacao: dito, status: 'concluido' })
      const { data_separacao: lida } = ler('estoque_separado', valor) as { data_separacao?: string }
      assert.equal(lida, data_separacao, dito)
    }
  } finally {
    if (zona === undefined) delete process.env.TZ
    else process.env.TZ = zona
  }
})

test('o que não se entende é recusado com a causa', () => {
  const pagos = 'pagamentos_processados'
  assert.throws(() => ler(pagos, undefined), invalida(/não tem valor/))
  assert.throws(() => ler(pagos, null), invalida(/não tem valor/))
  assert.throws(() => ler(pagos, Buffer.from('{')), invalida(/não é JSON/))
  assert.throws(() => ler(pagos, Buffer.from([0x22, 0xff, 0x22])), invalida(/não é JSON/))
  for (const outro of [[], 7, null, 'texto', true]) {
    assert.throws(() => ler(pagos, bytes(outro)), invalida(/não é um objeto/))
  }
  assert.throws(() => ler(pagos, bytes({ pedido_id: 1 })), invalida(/status/))
  assert.throws(() => ler(pagos, bytes({ pedido_id: 1, status: 'talvez' })), invalida(/talvez/))
  assert.throws(() => ler(pagos, bytes({ pedido_id: 1, status: 7 })), invalida(/status/))
  const ids = [0, -1, 1.5, '', '0', '1e3', '01', 2 ** 31, null, {}, undefined]
  for (const pedido_id of ids) {
    assert.throws(() => ler(pagos, bytes({ pedido_id, status: 'aprovado' })), invalida(/pedido_id/))
  }
  const nota = { pedido_id: 1, status: 'emitida', numero: -1, chave_acesso: 'x' }
  assert.throws(() => ler('nf_emitida', bytes(nota)), invalida(/numero/))
})

test('quaisquer bytes são um evento ou uma recusa, nunca outra falha', () => {
  const topicos = fc.constantFrom(...(Object.keys(fluxoPorTopico) as TopicoDeFluxo[]))
  const valores = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.jsonValue().map(bytes),
    fc
      .record({ pedido_id: fc.jsonValue(), status: fc.jsonValue(), valor: fc.jsonValue() })
      .map(bytes),
  )
  fc.assert(
    fc.property(topicos, valores, (topico, valor) => {
      try {
        assert.ok(ler(topico, valor).pedido_id >= 1)
      } catch (erro) {
        assert.ok(invalida(/./)(erro), String(erro))
      }
    }),
  )
})
