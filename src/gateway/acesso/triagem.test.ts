// New orders turned away at the door, and the places given back whatever becomes of the request.
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as esperar } from 'node:timers/promises'
import Fastify from 'fastify'
import { Registry } from 'prom-client'
import { ate } from '../../../testes/ate.ts'
import type { Desfecho } from './sobrecarga.ts'
import { criarTriagem } from './triagem.ts'

const LIMITE_MS = 5_000

const VERIFICA_MS = 30

/** A server with `lugares` places whose orders end when the test says so. */
async function cena(lugares: number) {
  const desfechos: Desfecho[] = []
  const vagas = {
    limite: lugares,
    ocupadas: 0,
    recusa: () => vagas.ocupadas >= lugares,
    ocupar() {
      if (vagas.recusa()) return undefined
      vagas.ocupadas += 1
      return {
        liberar(desfecho: Desfecho) {
          vagas.ocupadas -= 1
          desfechos.push(desfecho)
        },
      }
    },
  }
  const triagem = criarTriagem(vagas)
  const metricas = new Registry()
  const solta = Promise.withResolvers<void>()
  const app = Fastify({
    routerOptions: { caseSensitive: false },
    serverFactory: (atender) => createServer(triagem.receber(atender as RequestListener)),
  })
  // As a token is: in another thread, while the request is already here.
  let verificadas = 0
  app.addHook('onRequest', async () => {
    await esperar(VERIFICA_MS)
    verificadas += 1
  })
  triagem.acompanhar(app, metricas)
  app.post('/pedidos', { config: { acao: 'fazer_pedido' } }, async (requisicao, resposta) => {
    await solta.promise
    const { status = 201, lugar } = requisicao.query as { status?: number; lugar?: string }
    if (lugar) resposta.header('location', lugar)
    return resposta.code(Number(status)).send({})
  })
  app.get('/pedidos', async () => [])
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const pedir = (metodo: string, caminho: string) =>
    fetch(`http://127.0.0.1:${port}${caminho}`, { method: metodo })
  return {
    ...{ vagas, desfechos, metricas, port, pedir, soltar: solta.resolve },
    verificadas: () => verificadas,
    [Symbol.asyncDispose]: async () => void (await app.close()),
  }
}

test('sem vaga, o pedido novo é 503 com Retry-After, e as leituras passam', async () => {
  await using c = await cena(2)
  const aceitos = [c.pedir('POST', '/pedidos'), c.pedir('POST', '/pedidos')]
  await ate(() => c.vagas.ocupadas === 2, LIMITE_MS, 'vagas ocupadas')
  for (const caminho of ['/pedidos', '/PEDIDOS', '/pedidos?x=1']) {
    const recusado = await c.pedir('POST', caminho)
    assert.deepEqual([recusado.status, recusado.headers.get('retry-after')], [503, '1'])
    assert.match(String(recusado.headers.get('content-type')), /^application\/problem\+json/)
    const { codigo, status } = (await recusado.json()) as { codigo: string; status: number }
    assert.deepEqual([codigo, status], ['sobrecarregado', 503])
  }
  const disfarcado = await c.pedir('POST', '/%70edidos')
  assert.equal(disfarcado.status, 503, 'como quer que se escreva o caminho')
  assert.equal((await c.pedir('GET', '/pedidos')).status, 200)
  assert.equal((await c.pedir('POST', '/pedidos/1/cancelar')).status, 404, 'não é um pedido novo')
  c.soltar()
  for (const { status } of await Promise.all(aceitos)) assert.equal(status, 201)
  assert.deepEqual(c.desfechos, ['feito', 'feito'])
  assert.match(await c.metricas.metrics(), /quatrovias_pedidos_recusados_total 4\n/)
})

test('só o pedido que chega ao fim, ou que passa do prazo, ensina alguma coisa', async () => {
  await using c = await cena(9)
  c.soltar()
  for (const busca of ['status=202', 'status=200', 'status=422', 'status=503', 'status=504']) {
    await c.pedir('POST', `/pedidos?${busca}`)
  }
  await c.pedir('POST', '/pedidos?status=503&lugar=/pedidos/1')
  const esperados = ['feito', 'recusado', 'recusado', 'recusado', 'esgotado', 'esgotado']
  assert.deepEqual(c.desfechos, esperados)
})

test('quem desiste de esperar não devolve a vaga: o pedido ainda está sendo feito', async () => {
  await using c = await cena(9)
  const impaciente = connect(c.port, '127.0.0.1')
  impaciente.write('POST /pedidos HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n')
  await ate(() => c.vagas.ocupadas === 1, LIMITE_MS, 'vaga ocupada')
  impaciente.destroy()
  await c.pedir('GET', '/pedidos')
  assert.equal(c.vagas.ocupadas, 1)
  c.soltar()
  await ate(() => c.vagas.ocupadas === 0, LIMITE_MS, 'vaga devolvida')
})

test('quem manda o pedido inteiro e cai antes de se saber quem é não prende uma vaga', async () => {
  await using c = await cena(3)
  for (let i = 0; i < 10; i++) {
    const caiu = connect(c.port, '127.0.0.1')
    caiu.write('POST /pedidos HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n')
    caiu.write('content-length: 2\r\n\r\n{}', () => caiu.resetAndDestroy())
  }
  await ate(() => c.verificadas() === 10, LIMITE_MS, 'todos verificados')
  c.soltar()
  assert.equal((await c.pedir('POST', '/pedidos')).status, 201)
  await ate(() => c.vagas.ocupadas === 0, LIMITE_MS, 'vagas devolvidas')
})

test('quem manda o corpo devagar não toma vaga nenhuma', async () => {
  await using c = await cena(1)
  const lento = connect(c.port, '127.0.0.1')
  lento.write('POST /pedidos HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n')
  lento.write('content-length: 100\r\n\r\n{"itens"')
  await ate(() => c.verificadas() === 1, LIMITE_MS, 'lento verificado')
  c.soltar()
  assert.equal((await c.pedir('POST', '/pedidos')).status, 201)
  lento.destroy()
})
