// Products through the gateway: made, changed and restocked under a name that a repeat shares, and
// nothing sent for what cannot be.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import * as respostas from './respostas.ts'
import {
  PRODUTO_NOVO,
  pedidosFalso,
  produtosFalsos,
  recusar,
  todosFalsos,
} from './servicos_de_teste.ts'

const produtos = produtosFalsos()
const { criar, repor } = produtos
const gateway = await gatewayDeTeste(todosFalsos(pedidosFalso(), produtos))
after(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  produtos.chegadas.length = 0
  Object.assign(produtos, { criar, repor })
})

const token = await gateway.tokenDe('admin')
const EU = Number((await gateway.pedir('GET', '/auth/eu', { token })).json.id)
const MESA = { nome: 'Mesa', preco_centavos: 1_050 }
const chegaram = () => produtos.chegadas.map(({ url, body }) => [url, body])

const mandar = (metodo: string, caminho: string, corpo: unknown, chave: string | null = 'k') =>
  gateway.pedir(metodo, caminho, {
    token,
    corpo,
    cabecalhos: chave === null ? {} : { 'idempotency-key': chave },
  })
const criarMesa = (mudanca: object = {}) =>
  mandar('POST', '/admin/produtos', { ...MESA, ...mudanca })

test('o produto sem unidades é criado só no catálogo, sem espaços, com o nome do ato', async () => {
  const { status, headers, json } = await criarMesa({ nome: '  Mesa ', intruso: 1 })
  assert.deepEqual([status, headers.get('location')], [201, '/produtos/31'])
  assert.deepEqual(json, { ...PRODUTO_NOVO, estoque: 0 })
  respostas.produtoCriado.strict().parse(json)
  const causa = `admin/${EU}/CriarProduto/k`
  assert.deepEqual(chegaram(), [['/interno/produtos', { ...MESA, unidades: 0, causa }]])
})

test('com unidades, o estoque as recebe pelo mesmo ato', async () => {
  const { status, json } = await criarMesa({ unidades: 5 })
  assert.deepEqual([status, json.estoque], [201, 12])
  const causa = `admin/${EU}/CriarProduto/k`
  assert.deepEqual(chegaram(), [
    ['/interno/produtos', { ...MESA, unidades: 5, causa }],
    ['/interno/reposicoes', { causa, produto_id: 31, quantidade: 5 }],
  ])
})

test('a repetição passa outra vez pelos dois, e responde 200', async () => {
  produtos.criar = (resposta) => resposta.code(200).send(PRODUTO_NOVO)
  produtos.repor = (resposta) =>
    resposta.code(200).send({ produto_id: 31, quantidade: 5, estoque: 5 })
  const { status, headers, json } = await criarMesa({ unidades: 5 })
  assert.deepEqual([status, headers.get('location')], [200, '/produtos/31'])
  assert.deepEqual(json, { ...PRODUTO_NOVO, estoque: 5 })
  assert.equal(produtos.chegadas.length, 2)
})

test('sem estoque, 503 com o lugar do produto já criado; sem catálogo, nada chega', async () => {
  produtos.repor = (resposta) => resposta.hijack().raw.destroy()
  const meio = await criarMesa({ unidades: 5 })
  assert.deepEqual([meio.status, meio.json.codigo], [503, 'servico_indisponivel'])
  assert.equal(meio.headers.get('location'), '/produtos/31')
  assert.equal(meio.headers.get('retry-after'), '1')
  assert.match(String(meio.headers.get('content-type')), /^application\/problem\+json/)

  produtos.criar = (resposta) => recusar(resposta, new ErroDeNegocio('banco_ocupado'))
  const nada = await criarMesa({ unidades: 5 })
  assert.deepEqual([nada.status, nada.json.codigo], [503, 'banco_ocupado'])
  assert.deepEqual([nada.headers.get('location'), nada.headers.get('retry-after')], [null, '1'])
  const enderecos = produtos.chegadas.map(({ url }) => url)
  const [criou, repos] = ['/interno/produtos', '/interno/reposicoes']
  assert.deepEqual(enderecos, [criou, repos, criou])
})

test('a chave de outro conteúdo é recusada com 422', async () => {
  const divergente = new ErroDeNegocio('chave_divergente')
  produtos.criar = produtos.repor = (resposta) => recusar(resposta, divergente)
  const respondidas = [
    await criarMesa(),
    await mandar('POST', '/admin/produtos/1/reposicoes', { quantidade: 5 }),
  ]
  for (const { status, json } of respondidas) {
    assert.deepEqual([status, json.codigo], [422, 'chave_divergente'])
  }
})

test('a reposição chega com o produto do caminho, e a resposta passa sem mudança', async () => {
  const corpo = { quantidade: 5, produto_id: 2 }
  const { status, json } = await mandar('POST', '/admin/produtos/1/reposicoes', corpo, 'z/9')
  assert.equal(status, 201)
  respostas.reposicao.strict().parse(json)
  const causa = `admin/${EU}/ReporEstoque/z/9`
  assert.deepEqual(chegaram(), [['/interno/reposicoes', { causa, produto_id: 1, quantidade: 5 }]])
})

test('produto que não existe é 404 em mudar, repor e ver, e o estoque nada recebe', async () => {
  const respondidas = [
    await mandar('PATCH', '/admin/produtos/9', { nome: 'Cama' }),
    await mandar('POST', '/admin/produtos/9/reposicoes', { quantidade: 5 }),
    await gateway.pedir('GET', '/produtos/9'),
  ]
  for (const { status, json } of respondidas) {
    assert.deepEqual([status, json.codigo], [404, 'produto_nao_encontrado'])
  }
  assert.deepEqual(chegaram(), [['/interno/produtos/9', { nome: 'Cama' }]])
})

test('um produto é consultado por qualquer pessoa', async () => {
  const { status, json } = await gateway.pedir('GET', '/produtos/1')
  assert.deepEqual([status, json.id], [200, 1])
  respostas.produto.strict().parse(json)
})

test('mudar leva só o que foi dito, sem chave', async () => {
  const { status, json } = await mandar('PATCH', '/admin/produtos/1', { preco_centavos: 9 }, null)
  assert.equal(status, 200)
  respostas.produtoMudado.strict().parse(json)
  assert.deepEqual(chegaram(), [['/interno/produtos/1', { preco_centavos: 9 }]])
})

test('sem Idempotency-Key, ou com uma malformada, nada é criado nem reposto', async () => {
  for (const chave of [null, '', 'com espaço', 'x'.repeat(129)]) {
    const respondidas = [
      await mandar('POST', '/admin/produtos', MESA, chave),
      await mandar('POST', '/admin/produtos/1/reposicoes', { quantidade: 5 }, chave),
    ]
    for (const { status, json } of respondidas) {
      assert.deepEqual([status, json.codigo], [400, 'chave_de_idempotencia_ausente'], `${chave}`)
    }
  }
  assert.deepEqual(chegaram(), [])
})

test('um campo inválido é recusado aqui, com o seu nome', async () => {
  const [novo, este, mais] = [
    '/admin/produtos',
    '/admin/produtos/1',
    '/admin/produtos/1/reposicoes',
  ]
  const casos: [string, string, unknown, string | undefined][] = [
    ...['', '   ', 'x'.repeat(121), 'a\nb', 'a\u0000', 'a\u202eb', '\ud800', 7, null].map(
      (nome): [string, string, unknown, string] => ['POST', novo, { ...MESA, nome }, 'nome'],
    ),
    ...[0, -1, 1.5, 2_000_000_001, '10', null, undefined].map(
      (preco): [string, string, unknown, string] => [
        ...(['POST', novo, { ...MESA, preco_centavos: preco }, 'preco_centavos'] as const),
      ],
    ),
    ['POST', novo, { ...MESA, unidades: -1 }, 'unidades'],
    ['POST', novo, { ...MESA, unidades: 1_000_001 }, 'unidades'],
    ['PATCH', este, { nome: '' }, 'nome'],
    ['PATCH', este, { preco_centavos: null }, 'preco_centavos'],
    ['PATCH', este, {}, undefined],
    ['PATCH', este, { preco: 1 }, undefined],
    ['PATCH', '/admin/produtos/x', MESA, 'produto_id'],
    ['POST', mais, {}, 'quantidade'],
    ...[0, -5, 0.5, 1_000_001, 2 ** 31, '5'].map(
      (quantidade): [string, string, unknown, string] => [
        'POST',
        mais,
        { quantidade },
        'quantidade',
      ],
    ),
    ['POST', '/admin/produtos/0/reposicoes', { quantidade: 1 }, 'produto_id'],
  ]
  for (const [metodo, caminho, corpo, campo] of casos) {
    const { status, json, texto } = await mandar(metodo, caminho, corpo)
    const visto = [status, json.codigo, json.campo]
    assert.deepEqual(visto, [422, 'campo_invalido', campo], `${JSON.stringify(corpo)}: ${texto}`)
  }
  assert.deepEqual(chegaram(), [])
})
