// What is understood of a message: pedidos's own, and the same written by others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventoGravado } from '../../contratos/eventos.ts'
import { lerAvisos } from '../../servicos/pedidos/avisos.ts'
import { lerMensagem } from './mensagem.ts'

const BOA = {
  ...{ pedido_id: 1_001, cliente_id: 3, status: 'enviado', mensagem: 'Pedido 1001: foi.' },
  instante: '2026-01-02T03:04:05.678Z',
}
const LIDA = {
  ...{ pedido_id: 1_001, cliente_id: 3, status: 'enviado', instante: BOA.instante },
}
const ler = (valor: unknown) => lerMensagem(Buffer.from(JSON.stringify(valor)))

test('o que pedidos publica é entendido', async () => {
  const leitura = {
    um: async () => undefined,
    todos: async () => [],
    dasChaves: async () => [{ id: 1_001, cliente_id: 3 }] as never,
  }
  const evento = { tipo: 'StatusRegistrado', pedido_id: 1_001, status: 'enviado', mudou: true }
  const gravado = { evento, instante: BOA.instante } as unknown as EventoGravado
  const [aviso] = (await lerAvisos(leitura, [gravado]))(gravado)
  assert.equal(aviso?.topico, 'notificacoes')
  assert.deepEqual(ler(aviso.valor), LIDA)
})

test('números em texto e instantes sem zona são aceitos', () => {
  assert.deepEqual(ler({ ...BOA, pedido_id: '1001', cliente_id: '3' }), LIDA)
  for (const [dito, esperado] of [
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02 03:04:05.678', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05.678901', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T00:04:05.678-03:00', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
  ] as const) {
    assert.equal(ler({ ...BOA, instante: dito }).instante, esperado)
  }
  const { mensagem: _, ...semPalavras } = BOA
  assert.deepEqual(ler(semPalavras), LIDA)
})

test('o que não serve é recusado com o nome do campo', () => {
  const casos: readonly (readonly [unknown, string])[] = [
    [[], 'o valor'],
    [null, 'o valor'],
    ['oi', 'o valor'],
    [{ ...BOA, pedido_id: undefined }, 'pedido_id'],
    ...[0, -1, 1.5, '01', 'x', '', null, true, 3_000_000_000].map(
      (pedido_id) => [{ ...BOA, pedido_id }, 'pedido_id'] as const,
    ),
    [{ ...BOA, cliente_id: undefined }, 'cliente_id'],
    [{ ...BOA, cliente_id: 'joao@example.com' }, 'cliente_id'],
    [{ ...BOA, status: 'perdido' }, 'status'],
    [{ ...BOA, status: undefined }, 'status'],
    ...['ontem', '2026-13-02 03:04:05', '', 1_767_323_045, null].map(
      (instante) => [{ ...BOA, instante }, 'instante'] as const,
    ),
  ]
  for (const [valor, campo] of casos) {
    const comeca = new RegExp(`^${campo}: `)
    const esperado = { codigo: 'mensagem_invalida', canRetry: false }
    assert.throws(() => ler(valor), { ...esperado, message: comeca }, JSON.stringify(valor))
  }
})

test('o que não é JSON em UTF-8 é recusado', () => {
  for (const valor of [undefined, Buffer.from('{'), Buffer.from([0x22, 0xff, 0x22])]) {
    assert.throws(() => lerMensagem(valor), { codigo: 'mensagem_invalida' })
  }
})
