// What the clients were told of their orders: looked at, and told again.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import {
  type PaginaDeNotificacoes,
  paginaDeNotificacoes,
  reenvioDeNotificacoes,
} from '../../infra/notificacoes.ts'
import * as respostas from '../respostas_das_notificacoes.ts'
import { type Consulta, repassar } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

const tags = ['operação']

export function registrarNotificacoes(rotas: FastifyInstance, partes: Partes): void {
  const { servicos, arquiteturas } = partes
  const pedir = async (
    { traceparent }: FastifyRequest,
    resposta: FastifyReply,
    consulta: Pick<Consulta, 'metodo' | 'caminho' | 'corpo'>,
  ) => {
    // Notices come of the topics: without Kafka nobody of ours tells them.
    if (!arquiteturas.includes('kafka')) throw new ErroDeNegocio('arquitetura_fechada')
    const respondida = await servicos.pedir('notificacoes', {
      ...consulta,
      caminho: `/interno/notificacoes${consulta.caminho}`,
      cabecalhos: { traceparent },
      esperaMs: ESPERA_DA_LEITURA_MS,
    })
    return repassar(resposta, respondida)
  }

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
    handler: async (requisicao, resposta) => {
      const filtros = Object.entries(requisicao.query as PaginaDeNotificacoes)
      const busca = new URLSearchParams(filtros.map(([nome, valor]) => [nome, String(valor)]))
      return pedir(requisicao, resposta, { metodo: 'GET', caminho: `?${busca}` })
    },
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
