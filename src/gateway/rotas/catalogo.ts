// What is for sale, to anybody.
import type { FastifyInstance } from 'fastify'
import * as respostas from '../respostas.ts'
import { repassar } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

export function registrarCatalogo(rotas: FastifyInstance, { servicos }: Partes): void {
  rotas.get('/produtos', {
    config: { acao: 'ver_produtos' },
    schema: {
      summary: 'Os produtos à venda',
      description: 'Com o preço e as unidades livres, os esgotados também.',
      tags: ['catálogo'],
      response: { 200: respostas.produtos },
    },
    handler: async (requisicao, resposta) => {
      const produtos = await servicos.pedir('catalogo', {
        metodo: 'GET',
        caminho: '/produtos',
        cabecalhos: { traceparent: requisicao.traceparent },
        esperaMs: ESPERA_DA_LEITURA_MS,
      })
      return repassar(resposta, produtos)
    },
  })
}
