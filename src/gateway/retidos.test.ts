// The orders that wait for a person, through the gateway: listed, walked on, cancelled.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import * as respostas from './respostas.ts'
import {
  DE_NINGUEM,
  DE_OUTRO,
  DELE,
  pedidosFalso,
  RETIDOS,
  recusar,
  todosFalsos,
} from './servicos_de_teste.ts'

const pedidos = pedidosFalso()
const { retomar } = pedidos
const gateway = await gatewayDeTeste(todosFalsos(pedidos))
after(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  pedidos.chegadas.length = 0
  pedidos.retomar = retomar
})
const token = await gateway.tokenDe('operador')
const retomarUm = (id: number) =>
  gateway.pedir('POST', `/operacao/retidos/${id}/retomar`, { token })

test('a lista passa sem mudança, e o cursor passa adiante', async () => {
  const { status, texto, json } = await gateway.pedir('GET', '/operacao/retidos', { token })
  assert.deepEqual([status, texto], [200, JSON.stringify(RETIDOS)])
  respostas.retidos.parse(json)
  await gateway.pedir('GET', '/operacao/retidos?limite=5&antes_de=1001&x=1', { token })
  const buscas = pedidos.chegadas.map(({ query }) => ({ ...(query as object) }))
  assert.deepEqual(buscas, [{ limite: '20' }, { limite: '5', antes_de: '1001' }])
})

test('uma página sem sentido é recusada com o nome do campo', async () => {
  const casos = [
    ['limite=0', 'limite'],
    ['limite=101', 'limite'],
    ['antes_de=-1', 'antes_de'],
  ] as const
  for (const [busca, campo] of casos) {
    const { status, json } = await gateway.pedir('GET', `/operacao/retidos?${busca}`, { token })
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', campo])
  }
  assert.equal(pedidos.chegadas.length, 0)
})

test('retomar responde com o pedido em seu fim', async () => {
  const { status, json } = await retomarUm(DE_OUTRO)
  assert.equal(status, 200)
  respostas.pedido.strict().parse(json)
  assert.equal(pedidos.chegadas[0]?.url, `/interno/pedidos/${DE_OUTRO}/retomar`)
})

test('retomar um pedido que não existe é 404, e nada chega', async () => {
  const { status, json } = await retomarUm(DE_NINGUEM)
  assert.deepEqual([status, json.codigo], [404, 'pedido_desconhecido'])
  assert.equal(pedidos.chegadas.length, 0)
})

test('a falha da retomada é a resposta: passageira com Retry-After, definitiva sem', async () => {
  const casos = [
    ['servico_indisponivel', 503, '1'],
    ['comando_divergente', 409, null],
    ['operacao_nao_suportada', 501, null],
  ] as const
  for (const [codigo, esperado, retryAfter] of casos) {
    pedidos.retomar = (resposta) => {
      if (retryAfter) resposta.header('retry-after', retryAfter)
      return recusar(resposta, new ErroDeNegocio(codigo))
    }
    const { status, json, headers } = await retomarUm(DELE)
    assert.deepEqual([status, json.codigo], [esperado, codigo])
    assert.equal(headers.get('retry-after'), retryAfter)
  }
})
