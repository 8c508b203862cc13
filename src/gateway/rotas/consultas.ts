// The orders looked at: a list, one.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../../arquiteturas/campos.ts'
import {
  type BuscaDePedidos,
  comoBusca,
  cursorDe,
  cursorDoLink,
  filtroDePedidos,
  linkDaProxima,
} from '../../arquiteturas/filtro_de_pedidos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { ClienteId } from '../../contratos/ids.ts'
import { pedidoDe, usuarioDe } from '../acesso/autorizacao.ts'
import * as respostas from '../respostas.ts'
import { repassar } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

export const comPedido = z.object({ pedido_id: idNoCaminho })

/** Whose orders the asker may see: a client's own; with no number, everybody's. */
export function alcanceDe(requisicao: FastifyRequest): { readonly cliente_id?: ClienteId } {
  const { papel, cliente_id } = usuarioDe(requisicao)
  if (papel !== 'cliente') return {}
  if (cliente_id === null) throw new ErroDeNegocio('acesso_negado')
  return { cliente_id }
}

export function registrarConsultas(rotas: FastifyInstance, { servicos }: Partes): void {
  const tags = ['pedidos']

  rotas.get('/pedidos', {
    config: { acao: 'ver_pedidos', erros: ['acesso_negado'] },
    schema: {
      summary: 'Lista os pedidos',
      description:
        'Os mais novos primeiro: um cliente vê os seus; a equipe, todos. O cabeçalho `Link` ' +
        'traz o endereço da página seguinte, com os mesmos filtros; sem ele, esta é a última. ' +
        'Pedidos que chegam enquanto isso não mudam as páginas seguintes.',
      tags,
      querystring: filtroDePedidos,
      response: { 200: respostas.pedidos },
    },
    handler: async (requisicao, resposta) => {
      const busca = requisicao.query as BuscaDePedidos
      const alcance = alcanceDe(requisicao)
      const { cliente_id = alcance.cliente_id } = busca
      if (alcance.cliente_id !== undefined && cliente_id !== alcance.cliente_id) {
        const detalhe = 'Só a equipe vê os pedidos de outro cliente.'
        throw new ErroDeNegocio('acesso_negado', detalhe, { campo: 'cliente_id' })
      }
      const achados = await servicos.pedir('pedidos', {
        metodo: 'GET',
        caminho: `/pedidos?${comoBusca({ ...busca, cliente_id }, cursorDe(busca.cursor))}`,
        cabecalhos: { traceparent: requisicao.traceparent },
        esperaMs: ESPERA_DA_LEITURA_MS,
      })
      const proxima = cursorDoLink(achados.cabecalhos.link)
      if (proxima) resposta.header('link', linkDaProxima(busca, proxima))
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
