// What the clients were told of their orders: looked at, and told again.
import type { FastifyInstance } from 'fastify'
import { paginaDeNotificacoes, reenvioDeNotificacoes } from '../../infra/notificacoes.ts'
import * as respostas from '../respostas_das_notificacoes.ts'
import { aoAssinante } from './assinantes.ts'
import { buscaDe, type Partes } from './partes.ts'

const tags = ['operação']

export function registrarNotificacoes(rotas: FastifyInstance, partes: Partes): void {
  const pedir = aoAssinante('notificacoes', '/interno/notificacoes', partes)

  rotas.get('/operacao/notificacoes', {
    config: { acao: 'ver_notificacoes', erros: ['arquitetura_fechada'] },
    schema: {
      summary: 'Lista as notificações',
      description:
        'Uma por mudança de status e canal, as mais novas primeiro, sem o endereço do cliente. ' +
        'Para a página seguinte, `antes_de` é o menor número desta.',
      tags,
      querystring: paginaDeNotificacoes,
      response: { 200: respostas.notificacoes },
    },
    handler: async (requisicao, resposta) =>
      pedir(requisicao, resposta, { metodo: 'GET', caminho: buscaDe(requisicao) }),
  })

  rotas.post('/operacao/notificacoes/reenviar', {
    config: { acao: 'reenviar_notificacoes', erros: ['arquitetura_fechada'] },
    schema: {
      summary: 'Manda de novo as notificações de um pedido',
      description:
        'Todas, ou a de um status, ou as de um canal, em qualquer estado: voltam à espera e saem ' +
        'na ordem em que o pedido mudou, com o mesmo `Message-ID` de antes.',
      tags,
      body: reenvioDeNotificacoes,
      response: { 200: respostas.notificacoesReenviadas },
    },
    handler: async (requisicao, resposta) => {
      const { body: corpo } = requisicao
      return pedir(requisicao, resposta, { metodo: 'POST', caminho: '/reenviar', corpo })
    },
  })
}
