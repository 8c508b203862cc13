// Health, readiness and metrics.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import { criarProntidao } from './rotas/saude.ts'
import type { Servicos } from './servicos.ts'
import { DELE, todosFalsos } from './servicos_de_teste.ts'

/** Services that count the questions; those in `fora` do not answer. */
function contados(fora: Set<string>) {
  let perguntas = 0
  const servicos: Servicos = {
    async pedir(nome) {
      perguntas += 1
      if (fora.has(nome)) throw new Error('fora')
      return { status: nome === 'fiscal' ? 503 : 200, cabecalhos: {}, texto: '' }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  return { servicos, perguntas: () => perguntas }
}

test('pronto só quando os sete estão; senão diz quais não estão', async () => {
  const { servicos } = contados(new Set(['estoque', 'pedidos']))
  assert.deepEqual(await criarProntidao(servicos, SERVICOS)(), ['pedidos', 'estoque', 'fiscal'])
})

test('quem pergunta junto, ou dentro de 250 ms, recebe a mesma resposta', async () => {
  let agora = 0
  const fora = new Set<NomeServico>(['estoque'])
  const { servicos, perguntas } = contados(fora)
  const ausentes = criarProntidao(servicos, SERVICOS, () => agora)
  await Promise.all([ausentes(), ausentes()])
  agora = 250
  assert.deepEqual(await ausentes(), ['estoque', 'fiscal'])
  assert.equal(perguntas(), 7)
  fora.clear()
  agora = 251
  assert.deepEqual(await ausentes(), ['fiscal'])
  assert.equal(perguntas(), 14)
})

test('/readyz responde 503 e diz qual serviço não está pronto', async () => {
  await using gateway = await gatewayDeTeste({
    logistica: (app) => app.addHook('onRequest', async (_req, res) => res.code(503).send('')),
  })
  const { status, json, headers } = await gateway.pedir('GET', '/readyz')
  assert.equal(status, 503)
  assert.match(String(json.detail), /: logistica\.$/)
  assert.equal(headers.get('retry-after'), '1')
  assert.equal((await gateway.pedir('GET', '/healthz')).status, 200)
})

test('/metrics conta por rota e status, nunca por endereço', async () => {
  await using gateway = await gatewayDeTeste(todosFalsos())
  const token = await gateway.tokenDe('cliente')
  await gateway.pedir('GET', `/Pedidos/${DELE}`, { token })
  await gateway.pedir('GET', '/um-endereco-qualquer')
  const { texto, headers } = await gateway.pedir('GET', '/metrics')
  assert.match(String(headers.get('content-type')), /^text\/plain/)
  assert.match(
    texto,
    /quatrovias_requisicoes_total\{metodo="GET",rota="\/pedidos\/:pedido_id",status="200".*\} 1/,
  )
  assert.match(texto, /rota="desconhecida",status="404"/)
  assert.match(texto, /quatrovias_requisicao_segundos_bucket/)
  // The labels: a measured value may hold any digits.
  const rotulos = texto.match(/\{[^}]*\}/g)?.join('\n') ?? ''
  assert.match(rotulos, /rota="\/pedidos\/:pedido_id"/)
  assert.doesNotMatch(rotulos, /um-endereco-qualquer|1001/)
})
