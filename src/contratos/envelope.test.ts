// The trace is taken over only if it is well formed; the envelope names its command.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { causaDe } from './comandos.ts'
import { envelopar, rastreio } from './envelope.ts'
import { comoPedidoId } from './ids.ts'

const BEM_FORMADO = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/
const BOM = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const hex = (n: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${n}}$`))
const naoZero = (texto: string) => /[^0]/.test(texto)

test('rastreio bem formado segue como veio', () => {
  assert.equal(rastreio(BOM), BOM)
  fc.assert(
    fc.property(hex(32).filter(naoZero), hex(16).filter(naoZero), hex(2), (t, s, f) => {
      const recebido = `00-${t}-${s}-${f}`
      return rastreio(recebido) === recebido
    }),
  )
})

test('rastreio mal formado é trocado por um novo', () => {
  const zeros = (n: number) => '0'.repeat(n)
  const ruins = [
    ...[undefined, null, 7, {}, [BOM], '', 'x', BOM.toUpperCase(), ` ${BOM}`, `${BOM} `],
    ...[`${BOM}\n`, `${BOM}-00`, BOM.slice(0, -1), `01${BOM.slice(2)}`, `ff${BOM.slice(2)}`],
    ...[`00-${zeros(32)}-00f067aa0ba902b7-01`, `00-${'a'.repeat(32)}-${zeros(16)}-01`],
    BOM.replaceAll('-', '_'),
  ]
  for (const ruim of ruins) {
    const novo = rastreio(ruim)
    assert.notEqual(novo, ruim)
    assert.match(novo, BEM_FORMADO)
  }
})

test('os novos são bem formados, aceitos de volta e todos diferentes', () => {
  const novos = Array.from({ length: 1_000 }, () => rastreio())
  for (const novo of novos) assert.equal(rastreio(novo), novo)
  assert.equal(new Set(novos.map((n) => n.split('-')[1])).size, novos.length)
  assert.equal(new Set(novos.map((n) => n.split('-')[2])).size, novos.length)
})

test('o envelope leva o nome do comando, e prazo só se houver', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 20, 21, 33) })
  const comando = { tipo: 'ConcluirPedido', pedido_id: comoPedidoId(1_001) } as const
  const contexto = { arquitetura: 'rest', traceparent: BOM } as const
  const instante = '2026-11-20T21:33:00.000Z'
  const esperado = { ...contexto, causa: causaDe(comando), comando, instante }
  assert.deepEqual(envelopar(comando, contexto), esperado)
  assert.deepEqual(envelopar(comando, { ...contexto, prazo: undefined }), esperado)
  assert.deepEqual(envelopar(comando, { ...contexto, prazo: 9 }), { ...esperado, prazo: 9 })
})
