// The OpenAPI document and the page that shows it, without the network.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, test } from 'node:test'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import { type Documento, TAGS } from './openapi.ts'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const documento = (await gateway.pedir('GET', '/openapi.json')).json as unknown as Documento & {
  openapi: string
}
const operacoes = Object.entries(documento.paths ?? {}).flatMap(([caminho, metodos]) =>
  Object.entries(metodos).map(([metodo, operacao]) => ({
    rota: `${metodo.toUpperCase()} ${caminho}`,
    ...(operacao as typeof operacao & { tags?: string[] }),
  })),
)

test('o documento é OpenAPI 3.1 e tem exatamente as rotas do gateway', () => {
  assert.match(documento.openapi, /^3\.1\./)
  assert.deepEqual(operacoes.map(({ rota }) => rota).sort(), [
    'GET /auth/eu',
    'GET /healthz',
    'GET /metrics',
    'GET /operacao/simulacao/{servico}',
    'GET /pedidos',
    'GET /pedidos/eventos',
    'GET /pedidos/{pedido_id}',
    'GET /pedidos/{pedido_id}/eventos',
    'GET /pedidos/{pedido_id}/rastro',
    'GET /produtos',
    'GET /readyz',
    'POST /auth/login',
    'POST /pedidos',
    'POST /pedidos/{pedido_id}/cancelar',
    'POST /pedidos/{pedido_id}/entregar',
    'PUT /operacao/simulacao/{servico}',
  ])
})

test('cada rota diz o que faz, quem pode, o que responde e como erra', () => {
  for (const { rota, summary, description, tags, responses } of operacoes) {
    assert.ok(summary, rota)
    assert.match(String(description), /Quem pode: /, rota)
    assert.ok(tags?.length === 1 && tags.every((tag) => tag in TAGS), rota)
    const codigos = Object.keys(responses ?? {})
    assert.ok(codigos.includes('default'), rota)
    assert.ok(codigos.includes('200') || codigos.includes('201'), rota)
  }
})

test('só as rotas públicas dispensam o token', () => {
  const semToken = operacoes.filter(({ security }) => !security).map(({ rota }) => rota)
  const publicas = ['GET /healthz', 'GET /metrics', 'GET /produtos', 'GET /readyz']
  assert.deepEqual(semToken.sort(), [...publicas, 'POST /auth/login'])
  assert.ok(documento.components?.securitySchemes?.token)
})

test('o corpo de cancelar é opcional e o de pedir não', () => {
  const corpoDe = (procurada: string) => operacoes.find(({ rota }) => rota === procurada)
  assert.equal(corpoDe('POST /pedidos/{pedido_id}/cancelar')?.requestBody?.required, false)
  assert.equal(corpoDe('POST /pedidos')?.requestBody?.required, true)
})

test('/docs abre sem nada de fora: nenhum endereço externo, só o próprio script roda', async () => {
  const { status, headers } = await gateway.pedir('GET', '/docs')
  assert.deepEqual([status, headers.get('location')], [308, '/docs/'])
  const pagina = await gateway.pedir('GET', '/docs/')
  assert.equal(pagina.status, 200)
  assert.doesNotMatch(pagina.texto, /https?:|\/\/\w/)
  assert.match(pagina.texto, /"url": "\/openapi\.json"/)
  const [, embutido = ''] =
    /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(pagina.texto) ?? []
  const politica = String(pagina.headers.get('content-security-policy'))
  assert.ok(politica.includes(`script-src 'self' 'sha256-${hash('sha256', embutido, 'base64')}';`))
  assert.match(politica, /connect-src 'self';/)
  assert.doesNotMatch(politica, /https?:|unsafe-eval/)
})

test('o script da documentação vem do próprio gateway', async () => {
  const { status, headers, texto } = await gateway.pedir('GET', '/docs/js/scalar.js')
  assert.equal(status, 200)
  assert.match(String(headers.get('content-type')), /^application\/javascript/)
  assert.match(texto, /createApiReference/)
})
