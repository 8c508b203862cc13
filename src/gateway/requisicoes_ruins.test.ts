// Requests that make no sense: a clear problem, never a 5xx.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import { todosFalsos } from './servicos_de_teste.ts'

const gateway = await gatewayDeTeste(todosFalsos())
after(() => gateway[Symbol.asyncDispose]())
const token = await gateway.tokenDe('cliente')

const FUNDO = 100_000
const CASOS: readonly [string, string | Uint8Array, number, string][] = [
  ['JSON pela metade', '{"itens": [', 400, 'requisicao_invalida'],
  ['JSON com lixo depois', '{} x', 400, 'requisicao_invalida'],
  ['bytes que não são UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 400, 'requisicao_invalida'],
  ['corpo vazio', '', 422, 'campo_invalido'],
  ['null', 'null', 422, 'campo_invalido'],
  ['uma lista', '[]', 422, 'campo_invalido'],
  ['cem mil listas aninhadas', '['.repeat(FUNDO) + ']'.repeat(FUNDO), 422, 'campo_invalido'],
  [
    'aninhadas nos itens',
    `{"itens":${'['.repeat(FUNDO)}${']'.repeat(FUNDO)}}`,
    422,
    'campo_invalido',
  ],
  ['__proto__ no corpo', '{"__proto__":{"papel":"admin"}}', 422, 'campo_invalido'],
  ['grande demais', `{"x":"${'a'.repeat(300_000)}"}`, 413, 'corpo_grande_demais'],
]
for (const [nome, corpo, status, codigo] of CASOS) {
  test(`${nome}: ${status} ${codigo}, em problem+json`, async () => {
    const resposta = await gateway.pedir('POST', '/pedidos', {
      token,
      corpo,
      cabecalhos: { 'idempotency-key': 'k' },
    })
    assert.deepEqual([resposta.status, resposta.json.codigo], [status, codigo])
    assert.match(String(resposta.headers.get('content-type')), /^application\/problem\+json/)
    assert.equal(resposta.json.type, `urn:quatrovias:erro:${codigo}`)
    assert.equal(resposta.texto.includes('node_modules'), false)
  })
}

test('sem token, nem o corpo é lido', async () => {
  const { status } = await gateway.pedir('POST', '/pedidos', { corpo: '{"x":' })
  assert.equal(status, 401)
})

test('outro tipo de conteúdo é 415', async () => {
  const cabecalhos = { 'content-type': 'application/xml' }
  const { status, json } = await gateway.pedir('POST', '/auth/login', { corpo: '<a/>', cabecalhos })
  assert.deepEqual([status, json.codigo], [415, 'tipo_de_conteudo_invalido'])
})

test('números de pedido impossíveis são 422, e caminhos impossíveis 400 ou 404', async () => {
  for (const id of ['0', '-1', '1.5', 'abc', '2147483648', '99999999999', "1'--"]) {
    const { status, json } = await gateway.pedir('GET', `/pedidos/${id}`, { token })
    assert.deepEqual([status, json.campo], [422, 'pedido_id'], id)
  }
  const casos = [
    ['/%zz', 400],
    [`/pedidos/${'1'.repeat(300)}`, 400],
    ['/nada', 404],
  ] as const
  for (const [caminho, esperado] of casos) {
    const { status, headers } = await gateway.pedir('GET', caminho, { token })
    assert.equal(status, esperado, caminho)
    assert.match(String(headers.get('content-type')), /^application\/problem\+json/)
  }
})

test('os caminhos ignoram maiúsculas', async () => {
  assert.equal((await gateway.pedir('GET', '/Pedidos', { token })).status, 200)
  const operador = await gateway.tokenDe('operador')
  const { status } = await gateway.pedir('GET', '/Operacao/Simulacao/Estoque', { token: operador })
  assert.equal(status, 200)
})

test('toda resposta traz os cabeçalhos de segurança e nenhuma diz com que foi feita', async () => {
  const caminhos = ['/healthz', '/auth/eu', '/pedidos', '/nada', '/%zz', '/openapi.json', '/docs/']
  for (const caminho of caminhos) {
    const { headers } = await gateway.pedir('GET', caminho, { token })
    assert.equal(headers.get('x-content-type-options'), 'nosniff', caminho)
    assert.equal(headers.get('cache-control'), 'no-store', caminho)
    assert.match(String(headers.get('content-security-policy')), /default-src 'none'/, caminho)
    assert.equal(headers.get('x-powered-by'), null)
    assert.equal(headers.get('server'), null)
  }
})
