// The orders that wait for a person: which they are, and one of them walked on.
import type { FastifyInstance } from 'fastify'
import type * as z from 'zod'
import { paginaDeRetidos } from '../../infra/retidos.ts'
import { pedidoDe } from '../acesso/autorizacao.ts'
import * as respostas from '../respostas.ts'
import { repassar } from '../servicos.ts'
import { comPedido } from './consultas.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'
import { FOLGA_MS } from './pedidos.ts'

/** A refused cancellation first, then the rest of the order: each has a chain's deadline. */
const TRECHOS = 2

const tags = ['operação']

export function registrarRetidos(
  rotas: FastifyInstance,
  { servicos, prazoDaCadeiaMs }: Partes,
): void {
  rotas.get('/operacao/retidos', {
    config: { acao: 'ver_retidos' },
    schema: {
      summary: 'Lista os pedidos retidos',
      description:
        'Os que acharam um erro que a repetição não conserta e esperam por uma pessoa, os mais ' +
        'novos primeiro. Para a página seguinte, `antes_de` é o menor número desta. Corrigida a ' +
        'causa, retome o pedido; ou cancele-o em `POST /pedidos/{pedido_id}/cancelar`.',
      tags,
      querystring: paginaDeRetidos,
      response: { 200: respostas.retidos },
    },
    handler: async (requisicao, resposta) => {
      const { limite, antes_de } = requisicao.query as z.output<typeof paginaDeRetidos>
      const busca = new URLSearchParams({ limite: String(limite) })
      if (antes_de !== undefined) busca.set('antes_de', String(antes_de))
      const achados = await servicos.pedir('pedidos', {
        metodo: 'GET',
        caminho: `/interno/retidos?${busca}`,
        cabecalhos: { traceparent: requisicao.traceparent },
        esperaMs: ESPERA_DA_LEITURA_MS,
      })
      return repassar(resposta, achados)
    },
  })

  rotas.post('/operacao/retidos/:pedido_id/retomar', {
    config: {
      acao: 'retomar_pedido',
      erros: ['comando_divergente', 'arquitetura_fechada', 'pedido_em_andamento'],
    },
    schema: {
      summary: 'Retoma um pedido retido',
      description:
        'Percorre o pedido de novo, do começo, sem repetir o que já foi feito, e responde com ' +
        'ele em seu fim. Um pedido que não está retido é só levado adiante. Se algo ainda ' +
        'falha, a resposta é o erro dessa falha; sendo um que a repetição não conserta, o ' +
        'pedido volta a ficar retido.',
      tags,
      params: comPedido,
      response: { 200: respostas.pedido },
    },
    handler: async (requisicao, resposta) => {
      const { id } = pedidoDe(requisicao)
      const retomado = await servicos.pedir('pedidos', {
        metodo: 'POST',
        caminho: `/interno/pedidos/${id}/retomar`,
        cabecalhos: { traceparent: requisicao.traceparent },
        esperaMs: TRECHOS * prazoDaCadeiaMs + FOLGA_MS,
      })
      return repassar(resposta, retomado)
    },
  })
}
