// From bytes to the row: what is kept of a message, whatever it is.
import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Recebida } from '../../arquiteturas/kafka/inbound.ts'
import { anotar, EM_BASE64, MAIOR_VALOR_BYTES } from './mensagem.ts'

const recebida = (mudancas: Partial<Recebida> = {}): Recebida => ({
  ...{ topico: 'nf_emitida', particao: 2, offset: 41n, gravadaMs: 1_700_000_000_000 },
  ...{ chave: Buffer.from('1001'), valor: Buffer.from('{"pedido_id":1001}') },
  cabecalhos: new Map([[Buffer.from('ce_id'), Buffer.from('1001/EmitirNota')]]),
  ...mudancas,
})
const pedidoEm = (valor: unknown, chave?: string, topico = 'vendas') => {
  const texto = typeof valor === 'string' ? valor : JSON.stringify(valor)
  const bytes = { valor: Buffer.from(texto), chave: chave ? Buffer.from(chave) : undefined }
  return anotar(recebida({ topico, ...bytes })).pedidoId
}

test('uma mensagem nossa fica como é', () => {
  assert.deepEqual(anotar(recebida()), {
    ...{ topico: 'nf_emitida', particao: 2, offset: 41, instanteMs: 1_700_000_000_000 },
    ...{ pedidoId: 1_001, emBase64: 0, tamanho: 18, chave: '1001', valor: '{"pedido_id":1001}' },
    cabecalhos: '[["ce_id","1001/EmitirNota"]]',
  })
})

test('o pedido é o que o valor diz, ou o order_number, ou a chave', () => {
  assert.equal(pedidoEm({ pedido_id: 7, order_number: 8 }, '9'), 7)
  assert.equal(pedidoEm({ pedido_id: '7' }), 7)
  assert.equal(pedidoEm({ order_number: 2_000_000_001, items: [] }), 2_000_000_001)
  assert.equal(pedidoEm({ pedido_id: true, order_number: '8' }, '9'), 8)
  assert.equal(pedidoEm({ itens: [{ pedido_id: 7 }] }, '9'), 9, 'só o do primeiro nível')
  assert.equal(pedidoEm('{"pedido_id":7', '9'), 9, 'um JSON quebrado não diz nada')
  assert.equal(pedidoEm('null{', '9'), 9)
  assert.equal(pedidoEm({}), null)
  for (const chave of ['0', '-1', '1e3', ' 7', '7.5', '2147483648', 'abc']) {
    assert.equal(pedidoEm({ pedido_id: chave }, chave), null, chave)
  }
})

test('a chave de produtos_alterados é um produto, e não um pedido', () => {
  assert.equal(pedidoEm({ produto_id: 7 }, '7', 'produtos_alterados'), null)
})

test('sem chave, sem valor, sem cabeçalhos', () => {
  const nada = { chave: undefined, valor: undefined, cabecalhos: new Map() }
  const { chave, valor, tamanho, cabecalhos, pedidoId } = anotar(recebida(nada))
  assert.deepEqual([chave, valor, tamanho, cabecalhos, pedidoId], [null, null, null, '[]', null])
})

test('o grande é cortado, sem partir uma letra, e o seu tamanho é dito', () => {
  const letras = Buffer.from(`x${'ção'.repeat(30_000)}`)
  const { valor, tamanho } = anotar(recebida({ valor: letras }))
  assert.equal(tamanho, letras.length)
  assert.ok(letras.toString().startsWith(valor ?? ''))
  assert.ok(MAIOR_VALOR_BYTES - Buffer.byteLength(valor ?? '') < 4)
  const bytes = anotar(recebida({ valor: Buffer.alloc(70_000, 0xff) }))
  assert.equal(Buffer.from(bytes.valor ?? '', 'base64').length, MAIOR_VALOR_BYTES)
  const inteiro = anotar(recebida({ valor: Buffer.alloc(MAIOR_VALOR_BYTES, 0x61) }))
  assert.equal(inteiro.valor?.length, MAIOR_VALOR_BYTES)
  const json = Buffer.from(JSON.stringify({ itens: 'x'.repeat(70_000), pedido_id: 7 }))
  assert.equal(anotar(recebida({ valor: json })).pedidoId, 7, 'o pedido se lê do inteiro')
})

test('um instante sem sentido não é motivo para perder a mensagem', () => {
  const ms = (gravadaMs: number) => anotar(recebida({ gravadaMs })).instanteMs
  assert.deepEqual([ms(-1), ms(2 ** 63), ms(5)], [0, 8.64e15, 5])
})

test('quaisquer bytes têm uma linha, de onde voltam iguais', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((lidos) => Buffer.from(lidos))
  const talvez = fc.option(bytes, { nil: undefined })
  const pares = fc.array(fc.tuple(bytes, fc.option(bytes)))
  fc.assert(
    fc.property(talvez, talvez, pares, (chave, valor, lista) => {
      const cabecalhos = new Map(lista) as unknown as Recebida['cabecalhos']
      const anotada = anotar(recebida({ chave, valor, cabecalhos }))
      const volta = (texto: string | null, bit: number) =>
        texto === null ? undefined : Buffer.from(texto, anotada.emBase64 & bit ? 'base64' : 'utf8')
      assert.deepEqual(volta(anotada.chave, EM_BASE64.chave), chave)
      assert.deepEqual(volta(anotada.valor, EM_BASE64.valor), valor)
      const lidos = JSON.parse(anotada.cabecalhos) as [string, string | null | object][]
      assert.deepEqual(
        lidos.map(([, dito]) => dito),
        lista.map(([, dito]) => {
          if (!dito) return null
          return isUtf8(dito) ? dito.toString() : { base64: dito.toString('base64') }
        }),
      )
    }),
  )
})
