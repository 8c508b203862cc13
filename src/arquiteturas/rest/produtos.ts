// The doors of catalogo and estoque for the acts on products: the gateway asks, once it knows that
// an administrator does, and under which name. Open whatever architectures are.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Causa, NomeServico, ProdutoId } from '../../contratos/ids.ts'
import type { ConsultasDeCatalogo } from '../../servicos/catalogo/servico.ts'
import type { ConsultasDeEstoque } from '../../servicos/estoque/servico.ts'
import { idNoCaminho, produtoId } from '../campos.ts'
import { corpoDeProduto, corpoDeReposicao, mudancaDeProduto } from '../produtos.ts'

/** A key of 128 characters, and whose it is. */
const MAIOR_CAUSA = 200
const causa = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .max(MAIOR_CAUSA)
  .transform((texto) => texto as Causa)
const criacao = corpoDeProduto.extend({ causa })
const reposicao = corpoDeReposicao.extend({ causa, produto_id: produtoId })
const comId = z.object({ produto_id: idNoCaminho })

type Atos = {
  readonly [N in NomeServico]?: (app: FastifyInstance, consultas: never) => void
}

const tags = ['operação']

/** First time 201, repeat 200 with the same body. */
export const atosSobreProdutos: Atos = {
  catalogo(app, c: ConsultasDeCatalogo) {
    app.post('/interno/produtos', {
      schema: { summary: 'Cria um produto', tags, body: criacao },
      handler: async (requisicao, resposta) => {
        const { produto, repetido } = await c.criar(requisicao.body as z.output<typeof criacao>)
        resposta.code(repetido ? 200 : 201)
        return produto
      },
    })
    app.patch('/interno/produtos/:produto_id', {
      schema: { summary: 'Muda um produto', tags, params: comId, body: mudancaDeProduto },
      handler: async (requisicao) => {
        const { produto_id } = requisicao.params as z.output<typeof comId>
        const mudanca = requisicao.body as z.output<typeof mudancaDeProduto>
        return c.mudar({ ...mudanca, produto_id: produto_id as ProdutoId })
      },
    })
  },
  estoque(app, c: ConsultasDeEstoque) {
    app.post('/interno/reposicoes', {
      schema: { summary: 'Repõe unidades de um produto', tags, body: reposicao },
      handler: async (requisicao, resposta) => {
        const feita = await c.repor(requisicao.body as z.output<typeof reposicao>)
        const { repetido, ...visivel } = feita
        resposta.code(repetido ? 200 : 201)
        return visivel
      },
    })
  },
}
