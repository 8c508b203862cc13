// Requests that make no sense: a clear problem, never a 5xx.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import { todosFalsos } from './servicos_de_teste.ts'

const gateway = await gatewayDeTeste(todosFalsos())
after(() => gateway[Symbol.asyncDispose]())
const token = await gateway.tokenDe('cliente')

const aninhadas = (niveis: number): string => '['.repeat(niveis) + ']'.repeat(niveis)
const CASOS: readonly [string, string | Uint8Array, number, string][] = [
  ['JSON pela metade', '{"itens": [', 400, 'requisicao_invalida'],
  ['JSON com lixo depois', '{} x', 400, 'requisicao_invalida'],
  ['bytes que não são UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 400, 'requisicao_invalida'],
  ['corpo vazio', '', 422, 'campo_invalido'],
  ['null', 'null', 422, 'campo_invalido'],
  ['uma lista', '[]', 422, 'campo_invalido'],
  ['cem mil listas aninhadas', aninhadas(100_000), 400, 'requisicao_invalida'],
  ['aninhadas nos itens', `{"itens":${aninhadas(32)}}`, 400, 'requisicao_invalida'],
  ['no limite dos níveis', `{"itens":${aninhadas(31)}}`, 422, 'campo_invalido'],
  [
    'colchetes que são só texto',
    JSON.stringify({ metodo: '["\\'.repeat(80) }),
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

test('outro tipo de conteúdo, outra codificação ou tipo nenhum é 415', async () => {
  const casos: Record<string, string>[] = [
    { 'content-type': 'application/xml' },
    { 'content-type': '' },
    { 'content-type': 'application/json; charset=iso-8859-1' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  ]
  for (const cabecalhos of casos) {
    const resposta = await gateway.pedir('POST', '/auth/login', { corpo: '{}', cabecalhos })
    const { status, json } = resposta
    assert.deepEqual([status, json.codigo], [415, 'tipo_de_conteudo_invalido'])
  }
  const cabecalhos = { 'content-type': 'Application/JSON; Charset="UTF-8"' }
  const { status } = await gateway.pedir('POST', '/auth/login', { corpo: '{}', cabecalhos })
  assert.equal(status, 422)
})

test('de uma chave que vem duas vezes vale a última; as de todo objeto não fazem mal', async () => {
  const { email, senha } = gateway.credenciais.cliente
  const corpo =
    `{"senha":"outra","__proto__":{"papel":"admin"},` +
    `"constructor":{"prototype":{"papel":"admin"}},` +
    `"email":${JSON.stringify(email)},"senha":${JSON.stringify(senha)}}`
  const { status, json } = await gateway.pedir('POST', '/auth/login', { corpo })
  assert.equal(status, 200)
  const eu = await gateway.pedir('GET', '/auth/eu', { token: String(json.token) })
  assert.equal(eu.json.papel, 'cliente')
  assert.equal('papel' in {}, false)
})

test('endereço que existe com outro método é 405 e diz quais; OPTIONS responde 204', async () => {
  const casos = [
    ['DELETE', '/pedidos', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/Pedidos/1', 'GET, HEAD, OPTIONS'],
    ['HEAD', '/auth/login', 'OPTIONS, POST'],
    ['GET', '/pedidos/1/cancelar?x=/nada', 'OPTIONS, POST'],
  ] as const
  for (const [metodo, caminho, permitidos] of casos) {
    const { status, headers } = await gateway.pedir(metodo, caminho)
    assert.deepEqual([status, headers.get('allow')], [405, permitidos], caminho)
    assert.match(String(headers.get('content-type')), /^application\/problem\+json/)
    const opcoes = await gateway.pedir('OPTIONS', caminho)
    assert.deepEqual([opcoes.status, opcoes.headers.get('allow')], [204, permitidos], caminho)
  }
  assert.equal((await gateway.pedir('OPTIONS', '/nada')).status, 404)
  const saude = await gateway.pedir('HEAD', '/healthz')
  assert.deepEqual([saude.status, saude.texto], [200, ''])
})

test('Accept que não admite o que a rota produz é 406, antes de qualquer coisa', async () => {
  const casos = [
    ['/produtos', 'text/html', 406],
    ['/pedidos', 'application/json;q=0, */*', 406],
    ['/produtos', 'text/html, application/*;q=0.1', 200],
    ['/metrics', 'application/json', 406],
    ['/metrics', 'text/plain;version=0.0.4;q=0.5', 200],
    ['/docs/', 'text/html,application/xhtml+xml', 200],
    ['/nada', 'text/html', 404],
  ] as const
  for (const [caminho, accept, esperado] of casos) {
    const { status, headers } = await gateway.pedir('GET', caminho, { cabecalhos: { accept } })
    assert.equal(status, esperado, `${caminho} em ${accept}`)
    if (status < 400) continue
    assert.match(String(headers.get('content-type')), /^application\/problem\+json/)
  }
})

test('um endereço longo demais é 431', async () => {
  const { status, json } = await gateway.pedir('GET', `/produtos?x=${'x'.repeat(8_192)}`)
  assert.deepEqual([status, json.codigo], [431, 'cabecalhos_grandes_demais'])
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
