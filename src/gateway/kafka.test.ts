// The way by Kafka as the staff sees it: put together from what each service says, and null where
// one says nothing.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { SERVICOS } from '../contratos/ids.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import * as respostas from './respostas.ts'
import { GRUPOS, todosFalsos } from './servicos_de_teste.ts'

const gateway = await gatewayDeTeste(todosFalsos())
after(() => gateway[Symbol.asyncDispose]())
const UMA = { pendentes: 5, idade_ms: 1_500, retidos: 1 }

test('o Kafka: o que pedidos diz dos grupos, e a saída de cada serviço', async () => {
  const token = await gateway.tokenDe('operador')
  const { status, json } = await gateway.pedir('GET', '/operacao/kafka', { token })
  assert.equal(status, 200)
  respostas.kafka.strict().parse(json)
  assert.deepEqual(json, { ...GRUPOS, saida: Object.fromEntries(SERVICOS.map((s) => [s, UMA])) })
})

test('um serviço fora é null, e sem pedidos o Kafka não responde', async () => {
  const { estoque } = todosFalsos()
  await using sozinho = await gatewayDeTeste({ estoque: estoque! })
  const token = await sozinho.tokenDe('admin')
  const { status, json } = await sozinho.pedir('GET', '/operacao/kafka', { token })
  assert.equal(status, 200)
  respostas.kafka.strict().parse(json)
  const { saida, ...grupos } = json as { saida: Record<string, unknown> }
  assert.deepEqual(grupos, {
    ...{ brokers: null, responde: false, atraso: null, particoes_atrasadas: null },
    ...{ mortas_pendentes: null, aberto_mais_velho_ms: null },
  })
  assert.deepEqual([saida.estoque, saida.pedidos], [UMA, null])
})

test('sem a arquitetura, ou sem ninguém que responda, o erro diz qual dos dois', async () => {
  const nada = { pedidos: () => undefined }
  for (const [arquiteturas, codigo] of [
    [['rest'], 'arquitetura_fechada'],
    [['rest', 'kafka'], 'servico_indisponivel'],
  ] as const) {
    await using mudo = await gatewayDeTeste(nada, { arquiteturas })
    const token = await mudo.tokenDe('operador')
    const { status, json } = await mudo.pedir('GET', '/operacao/kafka', { token })
    assert.deepEqual([status, json.codigo], [503, codigo])
  }
})

test('operacao.md explica exatamente o que a resposta diz', () => {
  const documento = readFileSync(new URL('../../docs/operacao.md', import.meta.url), 'utf8')
  const [, tabela = ''] = /^\| Campo de `\/operacao\/kafka`([\s\S]*?)\n\n/m.exec(documento) ?? []
  const explicados = [...tabela.matchAll(/^\| `(\w+)/gm)].map(([, campo]) => campo)
  assert.deepEqual(explicados, Object.keys(respostas.kafka.shape))
})
