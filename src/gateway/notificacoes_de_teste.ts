// The subscriber of the notices, played by the tests: one notice, and what arrived.
import type { FastifyRequest } from 'fastify'
import type { Falso } from './gateway_de_teste.ts'

export const NOTIFICACAO = {
  ...{ id: 7, pedido_id: 1_001, cliente_id: 3, status: 'enviado', canal: 'smtp' },
  ...{ instante: '2026-01-02T03:04:06.000Z', estado: 'desistiu', tentativas: 1, proxima_em: null },
  ...{ encerrada_em: '2026-01-02T03:04:07.000Z', erro: '550 mailbox unavailable' },
}

export interface NotificacoesFalsas {
  readonly rotas: Falso
  readonly chegadas: FastifyRequest[]
}

export function notificacoesFalsas(): NotificacoesFalsas {
  const chegadas: FastifyRequest[] = []
  return {
    chegadas,
    rotas(app) {
      app.get('/interno/notificacoes', async (requisicao) => {
        chegadas.push(requisicao)
        return [NOTIFICACAO]
      })
      app.post('/interno/notificacoes/reenviar', async (requisicao) => {
        chegadas.push(requisicao)
        return { reenviadas: 1 }
      })
    },
  }
}
