// The door of a service's HTTP port, where the processes share a secret.
import type { FastifyInstance } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { CREDENCIAL, criarConferencia } from '../credencial.ts'

/** Watchers, which know no secret, may ask these. */
const LIVRES: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz'])

/** Must be called before the routes are registered; it holds for addresses without a route too. */
export function exigirCredencial(app: FastifyInstance, credencial: string): void {
  const confere = criarConferencia(credencial)
  app.addHook('onRequest', ({ headers, routeOptions }, _resposta, feito) => {
    if (LIVRES.has(routeOptions.url) || confere(headers[CREDENCIAL])) feito()
    else feito(new ErroDeNegocio('credencial_de_servico_invalida'))
  })
}
