// The key of a purchase at the public door: taken while it is under way, and the client's own.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { paraHttp } from '../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import { DELE, PEDIDOS, pedidosFalso, recusar, todosFalsos } from './servicos_de_teste.ts'

const pedidos = pedidosFalso()
const { responder } = pedidos
const gateway = await gatewayDeTeste(todosFalsos(pedidos))
after(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  pedidos.chegadas.length = 0
  pedidos.responder = responder
})

const token = await gateway.tokenDe('cliente')
const comprar = (chave: string, quantidade = 1) =>
  gateway.pedir('POST', '/pedidos', {
    token,
    corpo: { itens: [{ produto_id: 1, quantidade }], metodo: 'pix' },
    cabecalhos: { 'idempotency-key': chave },
  })

test('cem vezes a mesma chave de uma vez: uma chega a pedidos, as outras ouvem 409', async () => {
  const resposta = Promise.withResolvers<void>()
  pedidos.responder = async (reply) => {
    await resposta.promise
    return reply.code(201).header('location', `/pedidos/${DELE}`).send(PEDIDOS.get(DELE))
  }
  const primeira = comprar('a')
  await ate(() => pedidos.chegadas.length === 1, 5_000, 'chegada a pedidos')
  const outras = await Promise.all(Array.from({ length: 99 }, () => comprar('a')))
  for (const { status, json, headers } of outras) {
    assert.deepEqual([status, json.codigo], [409, 'chave_em_uso'])
    assert.equal(headers.get('retry-after'), '1')
  }
  const [outroConteudo] = await Promise.all([comprar('a', 2)])
  assert.equal(outroConteudo.json.codigo, 'chave_em_uso')
  assert.equal(pedidos.chegadas.length, 1)
  resposta.resolve()
  assert.equal((await primeira).status, 201)
  assert.equal((await comprar('a')).status, 201, 'terminada, a chave volta a ser perguntada')
  assert.equal(pedidos.chegadas.length, 2)
})

test('outra chave não espera por ninguém', async () => {
  const resposta = Promise.withResolvers<void>()
  pedidos.responder = async (reply) => {
    await resposta.promise
    return reply.code(201).header('location', `/pedidos/${DELE}`).send(PEDIDOS.get(DELE))
  }
  const duas = [comprar('b'), comprar('c')]
  await ate(() => pedidos.chegadas.length === 2, 5_000, 'chegada a pedidos')
  resposta.resolve()
  for (const { status } of await Promise.all(duas)) assert.equal(status, 201)
})

test('uma compra que falhou solta a sua chave', async () => {
  pedidos.responder = (reply) => recusar(reply, new ErroDeNegocio('servico_indisponivel'))
  assert.equal((await comprar('d')).status, 503)
  pedidos.responder = responder
  assert.equal((await comprar('d')).status, 201)
})

test('a chave de outra compra é 422 chave_divergente, e diz que é ela', async () => {
  // As a service written elsewhere might, with spaces.
  pedidos.responder = (reply) =>
    reply
      .code(409)
      .type('application/problem+json')
      .send(JSON.stringify(paraHttp(new ErroDeNegocio('comando_divergente')), null, 2))
  const { status, json } = await comprar('e')
  assert.deepEqual([status, json.codigo, json.campo], [422, 'chave_divergente', 'Idempotency-Key'])
})
