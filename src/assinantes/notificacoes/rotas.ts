// The subscriber's own routes: which notices there are, and telling them again.
import type { FastifyInstance } from 'fastify'
import { agora } from '../../contratos/ids.ts'
import {
  type PaginaDeNotificacoes,
  paginaDeNotificacoes,
  type ReenvioDeNotificacoes,
  reenvioDeNotificacoes,
} from '../../infra/notificacoes.ts'
import type { Outbox } from './outbox.ts'

const tags = ['operação']

export function registrarNotificacoes(
  app: FastifyInstance,
  outbox: Outbox,
  acordar: () => void,
): void {
  app.get('/interno/notificacoes', {
    schema: {
      ...{ summary: 'As notificações, as mais novas primeiro', tags },
      querystring: paginaDeNotificacoes,
    },
    handler: async ({ query }) => outbox.listar(query as PaginaDeNotificacoes),
  })
  app.post('/interno/notificacoes/reenviar', {
    schema: { summary: 'Manda de novo as de um pedido', tags, body: reenvioDeNotificacoes },
    handler: async ({ body }) => {
      const reenviadas = await outbox.reenviar(body as ReenvioDeNotificacoes, agora())
      acordar()
      return { reenviadas }
    },
  })
}
