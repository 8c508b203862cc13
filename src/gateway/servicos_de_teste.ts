// The services played by the tests: pedidos with three orders, an eager catalogue, a simulation.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PROBLEMA, paraHttp } from '../arquiteturas/rest/errors.ts'
import type { Centavos } from '../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { comoClienteId, comoPedidoId, comoProdutoId, type Instante } from '../contratos/ids.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import { criarDiario, type DiarioDeTeste } from './acompanhamento/diario_de_teste.ts'
import { CLIENTE_ID, type Falso, type Falsos } from './gateway_de_teste.ts'

export const DELE = 1_001
export const DE_OUTRO = 1_002
export const DE_NINGUEM = 1_999

export const umPedido = (id: number, cliente_id: number): PedidoVisivel => ({
  id: comoPedidoId(id),
  cliente_id: comoClienteId(cliente_id),
  status: 'enviado',
  motivo: null,
  arquitetura: 'rest',
  origem: 'vivo',
  metodo: 'pix',
  itens: [
    { produto_id: comoProdutoId(1), quantidade: 2, preco_unitario_centavos: 1_050 as Centavos },
  ],
  total_centavos: 2_100,
  criado_em: '2026-01-02T03:04:05.678Z' as Instante,
  atualizado_em: '2026-01-02T03:04:06.000Z' as Instante,
})

export const PEDIDOS = new Map([
  [DELE, umPedido(DELE, CLIENTE_ID)],
  [DE_OUTRO, umPedido(DE_OUTRO, 1)],
])

export function recusar(resposta: FastifyReply, erro: ErroDeNegocio): FastifyReply {
  return resposta.code(erro.status).header('content-type', PROBLEMA).send(paraHttp(erro))
}

/** What arrived at pedidos, and what it is to answer to the next POST. */
export interface PedidosFalso {
  readonly rotas: Falso
  readonly chegadas: FastifyRequest[]
  readonly diario: DiarioDeTeste
  /** Of the next page of orders; none when empty. */
  proxima: string
  responder: (resposta: FastifyReply) => unknown
}

export function pedidosFalso(): PedidosFalso {
  const chegadas: FastifyRequest[] = []
  const diario = criarDiario()
  const falso: PedidosFalso = {
    chegadas,
    diario,
    proxima: '',
    responder: (resposta) =>
      resposta.code(201).header('location', `/pedidos/${DELE}`).send(PEDIDOS.get(DELE)),
    rotas(app) {
      diario.rotas(app)
      app.get('/pedidos', async (requisicao, resposta) => {
        chegadas.push(requisicao)
        if (falso.proxima) resposta.header('link', falso.proxima)
        return [...PEDIDOS.values()]
      })
      app.get('/pedidos/:id', async (requisicao, resposta) => {
        const { id } = requisicao.params as { id: string }
        const pedido = PEDIDOS.get(Number(id))
        return pedido ?? recusar(resposta, new ErroDeNegocio('pedido_desconhecido'))
      })
      app.get('/interno/eventos', async () => [])
      for (const caminho of ['/pedidos', '/pedidos/:id/cancelar', '/pedidos/:id/entregar']) {
        app.post(caminho, async (requisicao, resposta) => {
          chegadas.push(requisicao)
          return falso.responder(resposta)
        })
      }
    },
  }
  return falso
}

const SIMULACAO = { atraso_ms: [0, 0], taxa_sucesso: 1, semente: 1 }
const simulacaoFalsa: Falso = (app) => {
  app.get('/interno/simulacao', async () => SIMULACAO)
  app.put('/interno/simulacao', async ({ body }) => ({ ...SIMULACAO, ...(body as object) }))
}
const PRODUTO = { id: 1, nome: 'Produto Alfa Livro', estoque: 0, preco_centavos: 1_050 }

export const todosFalsos = (pedidos = pedidosFalso()): Falsos => ({
  pedidos: pedidos.rotas,
  estoque: simulacaoFalsa,
  catalogo: (app) => app.get('/produtos', async () => [PRODUTO]),
})
