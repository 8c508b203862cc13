// pedidos' operational routes: which orders are unfinished or retained, and walking one on.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Trilha } from '../arquiteturas/arquitetura.ts'
import { idNoCaminho } from '../arquiteturas/campos.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { agora, type PedidoId } from '../contratos/ids.ts'
import type { ConsultasDePedidos } from '../servicos/pedidos/consultas.ts'

const MAXIMO_MOSTRADO = 100
const comId = z.object({ pedido_id: idNoCaminho })
/** Also what the gateway's route takes. */
export const paginaDeRetidos = z.object({
  limite: z.coerce.number().int().min(1).max(MAXIMO_MOSTRADO).default(20),
  antes_de: idNoCaminho.optional().describe('Só pedidos de número menor que este'),
})

export function registrarRetomada(
  app: FastifyInstance,
  consultas: ConsultasDePedidos,
  retomar: (id: PedidoId) => Promise<Trilha>,
): void {
  const tags = ['operação']
  app.get('/interno/situacao', {
    schema: { summary: 'Pedidos em aberto e retidos', tags },
    handler: async () => ({
      ...(await consultas.situacao()),
      lista_de_abertos: (await consultas.abertos(0, agora(), MAXIMO_MOSTRADO)).map(({ id }) => id),
      lista_de_retidos: await consultas.retidos(MAXIMO_MOSTRADO),
    }),
  })
  app.get('/interno/retidos', {
    schema: {
      summary: 'Pedidos retidos, os mais novos primeiro',
      tags,
      querystring: paginaDeRetidos,
    },
    handler: async (requisicao) => {
      const { limite, antes_de } = requisicao.query as z.output<typeof paginaDeRetidos>
      return consultas.retidos(limite, antes_de)
    },
  })
  app.post('/interno/pedidos/:pedido_id/retomar', {
    schema: { summary: 'Retoma agora um pedido em aberto ou retido', tags, params: comId },
    handler: async (requisicao) => {
      const id = (requisicao.params as z.output<typeof comId>).pedido_id as PedidoId
      const antes = await consultas.pedido(id)
      if (!antes) throw new ErroDeNegocio('pedido_desconhecido')
      await consultas.soltar(id)
      const { falha } = await retomar(id).catch(async (erro: unknown) => {
        // Nothing was begun, and where the log carries it nobody else would begin it.
        if (antes.retido) await consultas.reter(id, antes.retido.codigo, antes.retido.mensagem)
        throw erro
      })
      if (falha) throw falha
      return consultas.pedido(id)
    },
  })
}
