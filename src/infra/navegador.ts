// The door of a service that a web page knocks on: open in the browser of somebody who reaches our
// port, it would act in their name, be it from its own site (CSRF) or under a name of its own that
// it has led here (DNS rebinding). No client of ours is a browser.
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { ehLoopback, hostEhLoopback } from './loopback.ts'

/** What a browser says of a request that no other site made. */
const SEM_OUTRO_SITE: ReadonlySet<unknown> = new Set([undefined, 'none', 'same-origin'])

/**
 * `endereco` is where the service listens. Must be called before the routes are registered; it
 * holds for addresses without a route too.
 */
export function recusarPaginas(app: FastifyInstance, endereco: string): void {
  const soDaqui = ehLoopback(endereco)
  app.addHook('onRequest', ({ headers }, _resposta, feito) => {
    const motivo = motivoDaRecusa(headers, soDaqui)
    if (motivo === undefined) feito()
    else feito(new ErroDeNegocio('credencial_de_servico_invalida', motivo))
  })
}

function motivoDaRecusa(headers: IncomingHttpHeaders, soDaqui: boolean): string | undefined {
  const { origin, host } = headers
  if (origin !== undefined) return 'O cabeçalho Origin diz que quem pede é uma página da web.'
  if (!SEM_OUTRO_SITE.has(headers['sec-fetch-site'])) {
    return 'O cabeçalho Sec-Fetch-Site diz que quem pede é a página de outro site.'
  }
  // Every browser sends a Host, and every request of HTTP/1.1 must: only HTTP/1.0 goes without.
  if (!soDaqui || host === undefined || hostEhLoopback(host)) return undefined
  return 'O cabeçalho Host tem um nome que não é o desta máquina: localhost, 127.x.x.x ou [::1].'
}
