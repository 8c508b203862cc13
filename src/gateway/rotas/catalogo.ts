// What is for sale, to anybody.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../../arquiteturas/campos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { ProdutoNoCatalogo } from '../../servicos/vizinhos.ts'
import * as respostas from '../respostas.ts'
import { lerSucesso, repassar, type Servicos } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

export const comProduto = z.object({ produto_id: idNoCaminho })

export function registrarCatalogo(rotas: FastifyInstance, { servicos }: Partes): void {
  const tags = ['catálogo']

  rotas.get('/produtos', {
    config: { acao: 'ver_produtos' },
    schema: {
      summary: 'Os produtos à venda',
      description: 'Com o preço e as unidades livres, os esgotados também.',
      tags,
      response: { 200: respostas.produtos },
    },
    handler: async (requisicao, resposta) => {
      const { traceparent } = requisicao
      return repassar(resposta, await perguntar(servicos, '/produtos', traceparent))
    },
  })

  rotas.get('/produtos/:produto_id', {
    config: { acao: 'ver_produto', erros: ['produto_nao_encontrado'] },
    schema: {
      summary: 'Um produto',
      description: 'Como está agora; 404 `produto_nao_encontrado` se não existe.',
      tags,
      params: comProduto,
      response: { 200: respostas.produto },
    },
    handler: async (requisicao) => {
      const { produto_id } = requisicao.params as z.output<typeof comProduto>
      return produtoPorId(servicos, produto_id, requisicao.traceparent)
    },
  })
}

/** Errors: `produto_nao_encontrado`, and whatever kept catalogo from answering. */
export async function produtoPorId(
  servicos: Servicos,
  id: number,
  traceparent: string,
): Promise<ProdutoNoCatalogo> {
  const resposta = await perguntar(servicos, `/produtos?ids=${id}`, traceparent)
  const achados = lerSucesso<readonly ProdutoNoCatalogo[]>('catalogo', resposta)
  const produto = achados.find((achado) => achado.id === id)
  if (!produto) throw new ErroDeNegocio('produto_nao_encontrado')
  return produto
}

const perguntar = (servicos: Servicos, caminho: string, traceparent: string) =>
  servicos.pedir('catalogo', {
    metodo: 'GET',
    caminho,
    cabecalhos: { traceparent },
    esperaMs: ESPERA_DA_LEITURA_MS,
  })
