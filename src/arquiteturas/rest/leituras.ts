// The GETs of each service: read models, open whatever architectures are.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeServico, PedidoId, ProdutoId } from '../../contratos/ids.ts'
import type { ConsultasDeAntifraude } from '../../servicos/antifraude/servico.ts'
import type { ConsultasDeCatalogo } from '../../servicos/catalogo/servico.ts'
import type { ConsultasDeEstoque } from '../../servicos/estoque/servico.ts'
import type { ConsultasDeFiscal } from '../../servicos/fiscal/servico.ts'
import type { ConsultasDeLogistica } from '../../servicos/logistica/servico.ts'
import type { ConsultasDePagamentos } from '../../servicos/pagamentos/servico.ts'
import type { ConsultasDePedidos } from '../../servicos/pedidos/consultas.ts'
import { idNoCaminho } from '../campos.ts'
import {
  type BuscaDePedidos,
  cursorDe,
  filtroDePedidos,
  linkDaProxima,
} from '../filtro_de_pedidos.ts'

const MAXIMO_DE_IDS = 1_000

const porPedido = z.object({ pedido_id: idNoCaminho })
const busca = z.object({
  ids: z
    .string()
    .optional()
    .transform((texto) => texto?.split(','))
    .pipe(z.array(idNoCaminho).max(MAXIMO_DE_IDS).optional()),
})

type Leituras = { [N in NomeServico]: (app: FastifyInstance, consultas: never) => void }

/** `GET caminho/:pedido_id`: one row, or 404 `pedido_desconhecido`. */
function umPorPedido(
  app: FastifyInstance,
  caminho: string,
  resumo: string,
  achar: (id: PedidoId) => Promise<object | undefined>,
): void {
  app.get(`${caminho}/:pedido_id`, {
    schema: { summary: resumo, params: porPedido },
    handler: async (requisicao) => {
      const { pedido_id } = requisicao.params as z.output<typeof porPedido>
      const achado = await achar(pedido_id as PedidoId)
      if (!achado) throw new ErroDeNegocio('pedido_desconhecido')
      return achado
    },
  })
}

export const leituras: Leituras = {
  antifraude: (app, c: ConsultasDeAntifraude) =>
    umPorPedido(app, '/analises', 'A análise de um pedido', c.analise),
  pagamentos: (app, c: ConsultasDePagamentos) =>
    umPorPedido(app, '/pagamentos', 'O pagamento de um pedido', c.pagamento),
  fiscal: (app, c: ConsultasDeFiscal) => umPorPedido(app, '/notas', 'A nota de um pedido', c.nota),
  logistica: (app, c: ConsultasDeLogistica) =>
    umPorPedido(app, '/envios', 'O envio de um pedido', c.envio),
  estoque(app, c: ConsultasDeEstoque) {
    umPorPedido(app, '/estoque/separacoes', 'A separação de um pedido', c.separacao)
    app.get('/estoque/produtos', {
      schema: { summary: 'Unidades livres de cada produto' },
      handler: async () =>
        [...(await c.unidadesLivres())].map(([produto_id, livre]) => ({ produto_id, livre })),
    })
  },
  catalogo: (app, c: ConsultasDeCatalogo) =>
    app.get('/produtos', {
      schema: { summary: 'Produtos à venda, com as unidades livres', querystring: busca },
      handler: async (requisicao) => {
        const { ids } = requisicao.query as z.output<typeof busca>
        return c.produtos(ids as ProdutoId[] | undefined)
      },
    }),
  pedidos(app, c: ConsultasDePedidos) {
    umPorPedido(app, '/pedidos', 'Um pedido', c.pedido)
    app.get('/pedidos', {
      schema: { summary: 'Pedidos, os mais novos primeiro', querystring: filtroDePedidos },
      handler: async (requisicao, resposta) => {
        const busca = requisicao.query as BuscaDePedidos
        const { pedidos, proxima } = await c.pagina(busca)
        const cursor = cursorDe(proxima)
        if (cursor) resposta.header('link', linkDaProxima(busca, cursor))
        return pedidos
      },
    })
  },
}
