// Orders through the gateway: passed on, passed back, and each seen only by its owner.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ERROS, ErroDeNegocio } from '../contratos/errors.ts'
import { CLIENTE_ID, gatewayDeTeste } from './gateway_de_teste.ts'
import * as respostas from './respostas.ts'
import { DELE, PEDIDOS, pedidosFalso, recusar, todosFalsos } from './servicos_de_teste.ts'

const pedidos = pedidosFalso()
const { responder } = pedidos
const gateway = await gatewayDeTeste(todosFalsos(pedidos))
after(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  pedidos.chegadas.length = 0
  pedidos.responder = responder
  pedidos.proxima = ''
})

const token = await gateway.tokenDe('cliente')
const COMPRA = { itens: [{ produto_id: 1, quantidade: 2 }], metodo: 'pix' }
const comprar = (corpo: unknown = COMPRA, cabecalhos: Record<string, string> = {}) =>
  gateway.pedir('POST', '/pedidos', {
    token,
    corpo,
    cabecalhos: { 'idempotency-key': 'chave-1', ...cabecalhos },
  })

test('o pedido chega com o cliente do token, a chave, a arquitetura e o prazo', async () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  const extras = { total_esperado_centavos: 2_100, chave_simulacao: 's1' }
  // A client cannot order for another.
  const { status } = await comprar({ ...COMPRA, ...extras, cliente_id: 1 }, { traceparent })
  assert.equal(status, 201)
  const [chegou] = pedidos.chegadas
  assert.deepEqual(chegou?.body, { ...COMPRA, ...extras, cliente_id: CLIENTE_ID })
  assert.equal(chegou.headers['idempotency-key'], 'chave-1')
  assert.equal(chegou.headers['x-arquitetura'], 'rest')
  assert.equal(chegou.headers['x-prazo-ms'], '10000')
  assert.equal(chegou.headers.traceparent, traceparent)
})

test('um traceparent malformado é trocado por um novo', async () => {
  await comprar(COMPRA, { traceparent: '00-zzz-1-01' })
  assert.match(
    String(pedidos.chegadas[0]?.headers.traceparent),
    /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/,
  )
})

test('a resposta de pedidos passa sem mudança: status, Location, Retry-After e corpo', async () => {
  const feito = await comprar()
  assert.deepEqual([feito.status, feito.headers.get('location')], [201, `/pedidos/${DELE}`])
  assert.equal(feito.texto, JSON.stringify(PEDIDOS.get(DELE)))
  respostas.pedido.strict().parse(feito.json)

  pedidos.responder = (resposta) => resposta.code(200).send(PEDIDOS.get(DELE))
  assert.equal((await comprar()).status, 200)

  for (const codigo of ['estoque_insuficiente', 'preco_mudou', 'produto_desconhecido'] as const) {
    pedidos.responder = (resposta) => recusar(resposta, new ErroDeNegocio(codigo))
    const { status, json, headers } = await comprar()
    assert.deepEqual([status, json.codigo], [ERROS[codigo].status, codigo])
    assert.match(String(headers.get('content-type')), /^application\/problem\+json/)
  }

  pedidos.responder = (resposta) => {
    resposta.header('location', `/pedidos/${DELE}`).header('retry-after', '7')
    return recusar(resposta, new ErroDeNegocio('pedido_em_andamento'))
  }
  const { status, json, headers } = await comprar()
  assert.deepEqual([status, json.codigo], [503, 'pedido_em_andamento'])
  assert.equal(headers.get('location'), `/pedidos/${DELE}`)
  assert.equal(headers.get('retry-after'), '7')
})

test('sem Idempotency-Key, ou com uma malformada, nada chega a pedidos', async () => {
  for (const chave of [undefined, '', 'com espaço', 'x'.repeat(129), 'ação']) {
    const { status, json } = await gateway.pedir('POST', '/pedidos', {
      token,
      corpo: COMPRA,
      // fetch sends Latin-1, so the last one does arrive as not ASCII.
      cabecalhos: chave === undefined ? {} : { 'idempotency-key': chave },
    })
    assert.deepEqual([status, json.codigo], [400, 'chave_de_idempotencia_ausente'], `${chave}`)
  }
  assert.equal(pedidos.chegadas.length, 0)
})

test('um campo inválido é recusado aqui, com o seu nome', async () => {
  const casos: [object, string][] = [
    [{ itens: [] }, 'itens'],
    [{ itens: [{ produto_id: 1, quantidade: 0 }] }, 'itens.0.quantidade'],
    [{ itens: [{ produto_id: 2 ** 31, quantidade: 1 }] }, 'itens.0.produto_id'],
    [{ metodo: 'dinheiro' }, 'metodo'],
    [{ arquitetura: 'pombo' }, 'arquitetura'],
    [{ arquitetura: 'memoria' }, 'arquitetura'],
    [{ total_esperado_centavos: 1.5 }, 'total_esperado_centavos'],
  ]
  for (const [mudanca, campo] of casos) {
    const { status, json } = await comprar({ ...COMPRA, ...mudanca })
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', campo])
  }
  assert.equal(pedidos.chegadas.length, 0)
})

test('o cliente lista só os seus, a equipe lista todos, e os filtros passam adiante', async () => {
  const filtros = 'limite=5&cursor=MS4xLjE&status=pendente&status=enviado,cancelado'
  const { status } = await gateway.pedir('GET', `/pedidos?${filtros}&arquitetura=rest`, { token })
  assert.equal(status, 200)
  const operador = await gateway.tokenDe('operador')
  await gateway.pedir('GET', '/pedidos', { token: operador })
  const periodo = 'desde=2026-01-01T00:00:00-03:00&ate=2026-02-01T00:00:00.5Z'
  await gateway.pedir('GET', `/pedidos?cliente_id=1&${periodo}`, { token: operador })
  assert.deepEqual(
    pedidos.chegadas.map(({ query }) => ({ ...(query as object) })),
    [
      {
        ...{ limite: '5', cursor: 'MS4xLjE', status: 'pendente,enviado,cancelado' },
        ...{ arquitetura: 'rest', cliente_id: String(CLIENTE_ID) },
      },
      { limite: '20' },
      {
        ...{ limite: '20', cliente_id: '1' },
        ...{ desde: '2026-01-01T03:00:00.000Z', ate: '2026-02-01T00:00:00.500Z' },
      },
    ],
  )
})

test('o cliente pode dizer o seu próprio número, e o de outro é 403', async () => {
  const proprio = await gateway.pedir('GET', `/pedidos?cliente_id=${CLIENTE_ID}`, { token })
  assert.equal(proprio.status, 200)
  const { status, json } = await gateway.pedir('GET', '/pedidos?cliente_id=1', { token })
  assert.deepEqual([status, json.codigo, json.campo], [403, 'acesso_negado', 'cliente_id'])
  assert.equal(pedidos.chegadas.length, 1)
})

test('um filtro que não serve é recusado aqui, com o seu nome', async () => {
  const casos: [string, string][] = [
    ['limite=0', 'limite'],
    ['limite=101', 'limite'],
    ['limite=dez', 'limite'],
    ['cursor=x', 'cursor'],
    ['cursor=', 'cursor'],
    ['cursor=MS4xLjE&cursor=MS4xLjE', 'cursor'],
    ['status=', 'status'],
    ['status=pago', 'status'],
    ['status=pendente,pago', 'status'],
    ['arquitetura=pombo', 'arquitetura'],
    ['desde=ontem', 'desde'],
    ['desde=2026-01-01', 'desde'],
    ['ate=2026-02-30T00:00:00Z', 'ate'],
    ['ate=9999-12-31T23:59:59-23:59', 'ate'],
    ['cliente_id=0', 'cliente_id'],
  ]
  for (const [busca, campo] of casos) {
    const { status, json } = await gateway.pedir('GET', `/pedidos?${busca}`, { token })
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', campo], busca)
  }
  assert.equal(pedidos.chegadas.length, 0)
})

test('a página seguinte está no Link, com os filtros que foram pedidos e só eles', async () => {
  pedidos.proxima = '</pedidos?limite=5&cliente_id=3&cursor=MS4yLjI>; rel="next"'
  const primeira = await gateway.pedir('GET', '/Pedidos?status=enviado&limite=5', { token })
  assert.equal(
    primeira.headers.get('link'),
    '</pedidos?limite=5&status=enviado&cursor=MS4yLjI>; rel="next"',
  )
  pedidos.proxima = ''
  const ultima = await gateway.pedir('GET', '/pedidos?cursor=MS4yLjI', { token })
  assert.equal(ultima.headers.get('link'), null)
  respostas.pedidos.parse(JSON.parse(ultima.texto))
})

test('cancelar diz quem cancelou, ou o motivo que foi dado', async () => {
  const caminho = `/pedidos/${DELE}/cancelar`
  await gateway.pedir('POST', caminho, { token })
  await gateway.pedir('POST', caminho, { token, corpo: { motivo: 'mudei de ideia' } })
  await gateway.pedir('POST', caminho, { token: await gateway.tokenDe('admin') })
  assert.deepEqual(
    pedidos.chegadas.map(({ body }) => body),
    [
      { motivo: 'cancelado_pelo_cliente' },
      { motivo: 'mudei de ideia' },
      { motivo: 'cancelado_pelo_operador' },
    ],
  )
  pedidos.responder = (resposta) => recusar(resposta, new ErroDeNegocio('pedido_ja_enviado'))
  const { status, json } = await gateway.pedir('POST', caminho, { token })
  assert.deepEqual([status, json.codigo], [409, 'pedido_ja_enviado'])
})

test('uma conexão que cai depois do envio não repete o pedido', async () => {
  pedidos.responder = (resposta) => {
    resposta.hijack().raw.destroy()
  }
  const { status, json, headers } = await comprar()
  assert.deepEqual([status, json.codigo], [503, 'servico_indisponivel'])
  assert.equal(headers.get('retry-after'), '1')
  assert.equal(pedidos.chegadas.length, 1)
})

test('uma arquitetura conhecida mas fechada responde 503 e nada chega a pedidos', async () => {
  const fechado = pedidosFalso()
  const soMemoria = { arquiteturas: ['memoria'] } as const
  await using outro = await gatewayDeTeste(todosFalsos(fechado), soMemoria)
  const { status, json, headers } = await outro.pedir('POST', '/pedidos', {
    token: await outro.tokenDe('cliente'),
    corpo: { ...COMPRA, arquitetura: 'rest' },
    cabecalhos: { 'idempotency-key': 'k' },
  })
  assert.deepEqual([status, json.codigo], [503, 'arquitetura_fechada'])
  assert.equal(headers.get('retry-after'), null)
  assert.equal(fechado.chegadas.length, 0)
})

test('ao encerrar, o pedido em curso recebe a sua resposta, e ninguém mais atende', async () => {
  const chegou = Promise.withResolvers<void>()
  const solto = Promise.withResolvers<void>()
  const lento = pedidosFalso()
  lento.responder = async (resposta) => {
    chegou.resolve()
    await solto.promise
    return responder(resposta)
  }
  await using outro = await gatewayDeTeste(todosFalsos(lento))
  const emCurso = outro.pedir('POST', '/pedidos', {
    token: await outro.tokenDe('cliente'),
    corpo: COMPRA,
    cabecalhos: { 'idempotency-key': 'k' },
  })
  await chegou.promise
  const encerrado = outro.encerrar()
  solto.resolve()
  assert.equal((await emCurso).status, 201)
  await encerrado
  await assert.rejects(outro.pedir('GET', '/healthz'))
})
