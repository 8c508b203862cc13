// What is seen of every request: one log line, the same counted, and the headers that tell the
// browser what it may do with the reply. Never a token, a password, an address, a body or a query.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { rastreio } from '../contratos/envelope.ts'
import { hostEhLoopback } from '../infra/loopback.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C Trace Context: the caller's, or a new one. */
    traceparent: string
  }
}

const LIMITES_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const SEM_ROTA = 'desconhecida'
/** As nginx says it: the client left before there was an answer. */
const CLIENTE_DESISTIU = 499

/**
 * Replies are live and some are private, so nobody keeps them; /docs says otherwise of itself. No
 * other site may read, embed or script them: there is no CORS.
 */
const CABECALHOS = Object.entries({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
})
/**
 * Only for who came by HTTPS, and half a year. Never for localhost: the browser would hold every
 * other server of this machine to it, whatever the port.
 */
const SO_HTTPS = 'max-age=15552000'

/** Returns what `/metrics` shows. */
export function observar(app: FastifyInstance, log: Logger): Registry {
  // Before Fastify sees the request: its replies to paths it cannot read pass through no hook.
  app.server.prependListener('request', ({ socket, headers }, resposta) => {
    for (const [nome, valor] of CABECALHOS) resposta.setHeader(nome, valor)
    if ('encrypted' in socket && !hostEhLoopback(headers.host ?? '')) {
      resposta.setHeader('strict-transport-security', SO_HTTPS)
    }
  })
  app.decorateRequest('traceparent', '')
  const { metricas, contar } = criarMetricas()
  app.addHook('onRequest', async (requisicao, resposta) => {
    const inicio = performance.now()
    requisicao.traceparent = rastreio(requisicao.headers.traceparent)
    // Not `onResponse`: Fastify does not call it when the client leaves before the last byte.
    resposta.raw.once('close', () => anotar(requisicao, resposta, performance.now() - inicio))
  })
  app.addHook('onSend', async (_requisicao, resposta) => {
    if (resposta.statusCode === 401) resposta.header('www-authenticate', 'Bearer')
  })

  function anotar(requisicao: FastifyRequest, resposta: FastifyReply, duracaoMs: number): void {
    const { method: metodo, routeOptions, traceparent } = requisicao
    const rota = routeOptions.url ?? SEM_ROTA
    const status = resposta.raw.headersSent ? resposta.statusCode : CLIENTE_DESISTIU
    const ms = Math.round(duracaoMs * 1_000) / 1_000
    const pedido_id = pedidoDaRequisicao(requisicao, resposta)
    contar({ metodo, rota }, status, ms)
    const linha = { metodo, rota, status, ms, pedido_id, traceparent }
    if (status >= 500) log.warn(linha)
    else log.info(linha)
  }
  return metricas
}

/** From the path, once it was read as a number, or from where the new order is said to be. */
function pedidoDaRequisicao({ params }: FastifyRequest, resposta: FastifyReply) {
  const { pedido_id } = (params ?? {}) as { pedido_id?: unknown }
  if (typeof pedido_id === 'number') return pedido_id
  const lugar = /^\/pedidos\/(\d+)$/.exec(String(resposta.getHeader('location')))
  return lugar ? Number(lugar[1]) : undefined
}

function criarMetricas() {
  const metricas = new Registry()
  metricas.setDefaultLabels({ servico: 'gateway' })
  collectDefaultMetrics({ register: metricas })
  const requisicoes = new Counter({
    name: 'quatrovias_requisicoes_total',
    help: 'Requisições respondidas',
    labelNames: ['metodo', 'rota', 'status'],
    registers: [metricas],
  })
  const duracao = new Histogram({
    name: 'quatrovias_requisicao_segundos',
    help: 'Duração de cada requisição, da chegada ao último byte',
    labelNames: ['metodo', 'rota'],
    buckets: LIMITES_S,
    registers: [metricas],
  })
  const contar = (onde: { metodo: string; rota: string }, status: number, ms: number) => {
    requisicoes.inc({ ...onde, status })
    duracao.observe(onde, ms / 1_000)
  }
  return { metricas, contar }
}
