// The orders looked at: a list, one.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../../arquiteturas/campos.ts'
import { pedidoDe, usuarioDe } from '../acesso/autorizacao.ts'
import * as respostas from '../respostas.ts'
import { repassar } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

const MAIOR_PAGINA = 100

export const comPedido = z.object({ pedido_id: idNoCaminho })
const pagina = z.object({
  limite: z.coerce.number().int().min(1).max(MAIOR_PAGINA).default(20),
  antes_de: idNoCaminho.optional().describe('Só pedidos de número menor que este'),
})

export function registrarConsultas(rotas: FastifyInstance, { servicos }: Partes): void {
  const tags = ['pedidos']

  rotas.get('/pedidos', {
    config: { acao: 'ver_pedidos' },
    schema: {
      summary: 'Lista os pedidos',
      description:
        'Os mais novos primeiro: um cliente vê os seus, a equipe vê todos. Para a página ' +
        'seguinte, `antes_de` é o menor número desta.',
      tags,
      querystring: pagina,
      response: { 200: respostas.pedidos },
    },
    handler: async (requisicao, resposta) => {
      const { limite, antes_de } = requisicao.query as z.output<typeof pagina>
      const { papel, cliente_id } = usuarioDe(requisicao)
      const busca = new URLSearchParams({ limite: String(limite) })
      if (antes_de !== undefined) busca.set('antes_de', String(antes_de))
      if (papel === 'cliente') busca.set('cliente_id', String(cliente_id))
      const achados = await servicos.pedir('pedidos', {
        metodo: 'GET',
        caminho: `/pedidos?${busca}`,
        cabecalhos: { traceparent: requisicao.traceparent },
        esperaMs: ESPERA_DA_LEITURA_MS,
      })
      return repassar(resposta, achados)
    },
  })

  rotas.get('/pedidos/:pedido_id', {
    config: { acao: 'ver_pedido' },
    schema: {
      summary: 'Um pedido',
      description: 'Como está agora.',
      tags,
      params: comPedido,
      response: { 200: respostas.pedido },
    },
    handler: async (requisicao) => pedidoDe(requisicao),
  })
}
