// The OpenAPI document and the page that shows it, without the network.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, test } from 'node:test'
import { ERROS, ehCodigo } from '../contratos/errors.ts'
import { criarAjv, type Esquema, fechar } from './esquema_de_teste.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import { TAGS } from './openapi.ts'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const { documento } = gateway
const operacoes = gateway.conformidade.operacoes.map((operacao) => ({
  ...operacao,
  rota: `${operacao.metodo} ${operacao.caminho}`,
}))
const acharOperacao = (procurada: string) => operacoes.find(({ rota }) => rota === procurada)

type Midia = { schema?: Esquema; example?: unknown; examples?: Record<string, { value: unknown }> }
type Conteudo = Record<string, Midia>
interface ComConteudo {
  readonly $ref?: string
  readonly content?: Conteudo
}
const { responses: comuns = {}, schemas = {} } = documento.components ?? {}
const respostasDe = (operacao: (typeof operacoes)[number]) =>
  Object.entries(operacao.responses ?? {}).map(([status, resposta]) => {
    const { $ref } = resposta as ComConteudo
    return [status, $ref ? comuns[$ref.split('/').at(-1) ?? ''] : resposta] as [string, ComConteudo]
  })

test('o documento é OpenAPI 3.1 e tem exatamente as rotas do gateway', () => {
  assert.match(String(documento.openapi), /^3\.1\./)
  assert.deepEqual(operacoes.map(({ rota }) => rota).sort(), [
    'GET /.well-known/jwks.json',
    'GET /admin/auditoria',
    'GET /admin/usuarios',
    'GET /auth/eu',
    'GET /auth/eu/preferencias',
    'GET /healthz',
    'GET /metrics',
    'GET /operacao/kafka',
    'GET /operacao/mensagens',
    'GET /operacao/mensagens/contagens',
    'GET /operacao/mensagens/{topico}/{particao}/{offset}',
    'GET /operacao/mortas',
    'GET /operacao/mortas/{morta_id}',
    'GET /operacao/notificacoes',
    'GET /operacao/retidos',
    'GET /operacao/simulacao/{servico}',
    'GET /pedidos',
    'GET /pedidos/eventos',
    'GET /pedidos/{pedido_id}',
    'GET /pedidos/{pedido_id}/eventos',
    'GET /pedidos/{pedido_id}/rastro',
    'GET /produtos',
    'GET /produtos/{produto_id}',
    'GET /readyz',
    'PATCH /admin/produtos/{produto_id}',
    'PATCH /admin/usuarios/{usuario_id}',
    'PATCH /auth/eu',
    'POST /admin/chaves',
    'POST /admin/produtos',
    'POST /admin/produtos/{produto_id}/reposicoes',
    'POST /auth/cadastro',
    'POST /auth/login',
    'POST /auth/renovar',
    'POST /auth/sair',
    'POST /operacao/mortas/reenviar',
    'POST /operacao/mortas/{morta_id}/reenviar',
    'POST /operacao/notificacoes/reenviar',
    'POST /operacao/retidos/{pedido_id}/retomar',
    'POST /pedidos',
    'POST /pedidos/{pedido_id}/cancelar',
    'POST /pedidos/{pedido_id}/entregar',
    'PUT /auth/eu/preferencias',
    'PUT /auth/senha',
    'PUT /operacao/simulacao/{servico}',
  ])
})

test('o esquema oficial do OpenAPI 3.1 aceita o documento', async () => {
  // spec.openapis.org/oas/3.1/schema/2022-10-07, which the package of /docs brings along.
  const pacote = import.meta.resolve('@scalar/openapi-validator')
  const lido = await import(new URL('./schemas/v3.1/schema.js', pacote).href)
  const { $id } = lido.default as { $id: string }
  assert.match($id, /^https:\/\/spec\.openapis\.org\/oas\/3\.1\/schema\//)
  const ajv = criarAjv({ strict: false }).addFormat('media-range', true)
  const valida = ajv.compile(lido.default)
  assert.ok(valida(JSON.parse(JSON.stringify(documento))), ajv.errorsText(valida.errors))
  const outro = { ...documento, paths: { '/x': { get: { responses: { 200: {} } } } } }
  assert.equal(valida(outro), false, 'sem descrição, uma resposta não serve')
})

test('cada esquema compila, e cada exemplo é o que o seu esquema diz', () => {
  const ajv = criarAjv()
  for (const [nome, esquema] of Object.entries(schemas)) {
    ajv.addSchema(fechar(esquema as Esquema), nome)
  }
  const midias = operacoes.flatMap((operacao) => [
    ...Object.values((operacao.requestBody?.content ?? {}) as Conteudo),
    ...respostasDe(operacao).flatMap(([, { content = {} }]) => Object.values(content)),
  ])
  let exemplos = 0
  for (const { schema, example, examples = {} } of midias) {
    const valida = ajv.compile(fechar(schema ?? {}))
    const valores = Object.values(examples).map(({ value }) => value)
    for (const valor of example === undefined ? valores : [...valores, example]) {
      exemplos += 1
      assert.ok(valida(valor), `${JSON.stringify(valor)}: ${ajv.errorsText(valida.errors)}`)
    }
  }
  assert.ok(exemplos > operacoes.length)
})

test('nenhuma referência leva a lugar nenhum', () => {
  const referencias = JSON.stringify(documento).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)
  for (const [, caminho = ''] of referencias) {
    const [parte = '', nome = ''] = caminho.split('/')
    const partes = (documento.components ?? {}) as Record<string, Record<string, unknown>>
    assert.ok(partes[parte]?.[nome], caminho)
  }
})

test('cada rota diz o que faz, quem pode, como se chama e o que responde', () => {
  const nomes = new Set<string>()
  for (const { rota, operationId, summary, description, tags, responses } of operacoes) {
    assert.ok(summary, rota)
    assert.match(String(description), /Quem pode: /, rota)
    assert.ok(tags?.length === 1 && tags.every((tag) => tag in TAGS), rota)
    assert.match(operationId, /^[a-z][a-zA-Z]+$/, rota)
    assert.ok(!nomes.has(operationId), `${rota}: já há ${operationId}; diga o seu operationId`)
    nomes.add(operationId)
    assert.ok(
      Object.keys(responses ?? {}).some((status) => /^2/.test(status)),
      rota,
    )
  }
  assert.doesNotMatch(JSON.stringify(documento), /Default Response/)
})

test('cada rota diz como erra: cada status com os seus códigos, todos do catálogo', () => {
  for (const operacao of operacoes) {
    const { rota, security, requestBody, caminho } = operacao
    const respostas = new Map(respostasDe(operacao))
    assert.ok(!respostas.has('default'), rota)
    const tem = (status: number) => respostas.has(String(status))
    for (const status of [400, 406, 408, 429, 431]) assert.ok(tem(status), `${rota}: ${status}`)
    if (security) assert.ok(tem(401), rota)
    if (requestBody) for (const status of [413, 415, 422]) assert.ok(tem(status), rota)
    if (caminho.includes('{')) assert.ok(tem(422), rota)
    if (caminho.includes('{pedido_id}')) assert.ok(tem(404), rota)
    for (const [status, { content = {} }] of respostas) {
      if (Number(status) < 400) continue
      assert.deepEqual(Object.keys(content), ['application/problem+json'], `${rota} ${status}`)
      const codigos = Object.keys(content['application/problem+json']?.examples ?? {})
      assert.ok(codigos.length > 0, `${rota} ${status}`)
      for (const codigo of codigos) {
        assert.ok(ehCodigo(codigo) && ERROS[codigo].status === Number(status), `${rota} ${codigo}`)
      }
    }
  }
})

test('só as rotas públicas dispensam o token', () => {
  const semToken = operacoes.filter(({ security }) => !security).map(({ rota }) => rota)
  assert.deepEqual(semToken.sort(), [
    'GET /.well-known/jwks.json',
    'GET /healthz',
    'GET /metrics',
    'GET /produtos',
    'GET /produtos/{produto_id}',
    'GET /readyz',
    'POST /auth/cadastro',
    'POST /auth/login',
    'POST /auth/renovar',
  ])
  assert.ok(documento.components?.securitySchemes?.token)
})

test('o corpo de cancelar é opcional e o de pedir não', () => {
  const exige = (rota: string) => acharOperacao(rota)?.requestBody?.required
  assert.equal(exige('POST /pedidos/{pedido_id}/cancelar'), false)
  assert.equal(exige('POST /pedidos'), true)
})

test('o documento basta para entrar e fazer um pedido em /docs', () => {
  assert.deepEqual(
    documento.servers?.map(({ url }) => url),
    ['/'],
  )
  const { token } = (documento.components?.securitySchemes ?? {}) as Record<string, object>
  const { type, scheme } = token as { type?: string; scheme?: string }
  assert.deepEqual([type, scheme], ['http', 'bearer'])
  const login = acharOperacao('POST /auth/login')?.requestBody?.content?.['application/json']
  const { email } = (login?.schema as Esquema | undefined)?.properties ?? {}
  const exemplo = (email as { example?: string } | undefined)?.example
  assert.equal(exemplo, 'cliente@quatrovias.local')
  const pedir = acharOperacao('POST /pedidos')
  assert.ok(pedir?.requestBody?.content?.['application/json']?.example)
  const chave = pedir.parameters?.find(({ name }) => name === 'Idempotency-Key')
  assert.deepEqual([chave?.in, chave?.required], ['header', true])
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
