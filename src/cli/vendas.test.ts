// The sales' command where it needs neither Kafka nor PostgreSQL: what it refuses, and files read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { objetosDe } from './objetos_do_arquivo.ts'
import { abrirTerminal } from './terminal_de_teste.ts'
import { comandoVendas } from './vendas.ts'
import { emTexto } from './vendas_lidas.ts'

const MAL_PEDIDAS: readonly (readonly [string[], RegExp])[] = [
  [[], /Falta o argumento ato/],
  [['vender'], /use um de: enviar, gerar, listar/],
  [['gerar'], /Diga quantas gerar/],
  [['gerar', '0'], /Diga quantas gerar/],
  [['gerar', '10', '--a-partir-de', '2147483640'], /de 1 a 8, a partir do número 2147483640/],
  [['listar', 'tudo'], /listar não leva argumento/],
  [['listar', '--limite', '0'], /use um inteiro de 1 a 10000/],
  [['enviar', 'nao-ha.json'], /nao-ha\.json/],
]
for (const [argumentos, porque] of MAL_PEDIDAS) {
  test(`vendas ${argumentos.join(' ')}: mal pedido, e diz por quê`, async (t) => {
    using terminal = abrirTerminal(t)
    process.env.KAFKA_BROKERS = '127.0.0.1:1'
    t.after(() => delete process.env.KAFKA_BROKERS)
    const { codigo, erros } = await terminal.executar(comandoVendas, ...argumentos)
    assert.equal(codigo, 2)
    assert.match(erros, porque)
  })
}

test('sem Kafka nem PostgreSQL no ar, diz o que falta e termina com 1', async (t) => {
  using terminal = abrirTerminal(t)
  const enviar = await terminal.executar(comandoVendas, 'gerar', '1')
  assert.equal(enviar.codigo, 1)
  assert.match(enviar.erros, /não há KAFKA_BROKERS, nem um Kafka em execução/)
  const listar = await terminal.executar(comandoVendas, 'listar')
  assert.equal(listar.codigo, 1)
  assert.match(listar.erros, /não há VENDAS_DATABASE_URL, nem um PostgreSQL nosso/)
})

async function* emPedacos(texto: string, tamanho: number): AsyncGenerator<string> {
  for (let i = 0; i < texto.length; i += tamanho) yield texto.slice(i, i + tamanho)
}
const ler = (texto: string, tamanho = texto.length) =>
  Array.fromAsync(objetosDe(emPedacos(texto, Math.max(tamanho, 1))))

test('objetos em lista ou em linhas saem como estão escritos, seja qual for o corte', async () => {
  const objeto = fc.dictionary(fc.string(), fc.jsonValue())
  const propriedade = fc.asyncProperty(
    ...[fc.array(objeto), fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.nat({ max: 2 })],
    async (objetos, corte, emLista, recuo) => {
      const textos = objetos.map((um) => JSON.stringify(um, null, recuo))
      const texto = emLista ? `[${textos.join(', ')}]\n` : textos.join('\n')
      assert.deepEqual(await ler(texto, corte), textos)
    },
  )
  await fc.assert(propriedade)
  assert.deepEqual(await ler('\uFEFF{"a":1.10}\r\n{"b":2e5}\r\n'), ['{"a":1.10}', '{"b":2e5}'])
})

test('o que não é objeto JSON é recusado com o lugar', async () => {
  await assert.rejects(ler('[1, 2]'), /no caractere 2: esperava \{, e há 1/)
  await assert.rejects(ler('{"a":}'), /no caractere 6: .*não é JSON/)
  await assert.rejects(ler('{"a":1'), /não termina/)
  await assert.rejects(ler('order;total\n1;2'), /no caractere 1/)
})

test('a lista mostra os totais como são, e quantas ficaram de fora', () => {
  const venda = { order_number: 1, total: '0.30', processed_at: '2026-01-02T03:04:05.678Z' }
  const texto = emTexto({ quantidade: 3, soma: '12345678901234567890.12', vendas: [venda] })
  assert.match(texto, /1 +0\.30 {2}2026-01-02T03:04:05\.678Z/)
  assert.match(texto, /3 vendas, no total de 12345678901234567890\.12; mostradas acima: 1$/)
})
