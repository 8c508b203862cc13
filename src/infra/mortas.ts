// pedidos' operational routes for the dead letters: which there are, and sending them again.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../arquiteturas/campos.ts'
import type { Reenviador } from '../arquiteturas/reenvio.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { PedidoId } from '../contratos/ids.ts'
import { GRUPOS, TOPICOS } from '../contratos/topicos.ts'
import type { MortasGuardadas } from '../servicos/pedidos/mortas_guardadas.ts'

const MAXIMO_MOSTRADO = 100
const MAXIMO_REENVIADO = 1_000

/** These are also what the gateway's routes take. */
const grupo = z.enum(GRUPOS as [string, ...string[]]).describe('O grupo que não pôde tratá-la')
const topico = z.enum(TOPICOS).describe('O tópico em que estava, pelo nosso nome')
export const paginaDeMortas = z.object({
  limite: z.coerce.number().int().min(1).max(MAXIMO_MOSTRADO).default(20),
  antes_de: idNoCaminho.optional().describe('Só mensagens de número menor que este'),
  grupo: grupo.optional(),
  topico: topico.optional(),
  pedido_id: idNoCaminho.optional().describe('Só as deste pedido'),
  pendentes: z.enum(['true', 'false']).optional().describe('true: só as não reenviadas'),
})
export const comMorta = z.object({ morta_id: idNoCaminho })
export const reenvioDeMortas = z
  .object({
    grupo: grupo.optional(),
    topico: topico.optional(),
    limite: z.number().int().min(1).max(MAXIMO_REENVIADO).default(MAXIMO_REENVIADO),
  })
  .meta({ example: { grupo: 'estoque-group', limite: 100 } })

export function registrarMortas(
  app: FastifyInstance,
  mortas: MortasGuardadas,
  reenviador: Reenviador,
): void {
  const tags = ['operação']
  const idDe = (params: unknown) => (params as z.output<typeof comMorta>).morta_id
  app.get('/interno/mortas', {
    schema: {
      ...{ summary: 'Mensagens mortas, as mais novas primeiro', tags },
      querystring: paginaDeMortas,
    },
    handler: async (requisicao) => {
      const lida = requisicao.query as z.output<typeof paginaDeMortas>
      const { limite, antes_de, pendentes, pedido_id, ...filtro } = lida
      const pedido = pedido_id as PedidoId | undefined
      const todos = { ...filtro, pedido_id: pedido, pendentes: pendentes === 'true' }
      return mortas.listar(todos, limite, antes_de)
    },
  })
  app.get('/interno/mortas/:morta_id', {
    schema: { summary: 'Uma mensagem morta, com o que trazia', tags, params: comMorta },
    handler: async ({ params }) => {
      const morta = await mortas.ver(idDe(params))
      if (!morta) throw new ErroDeNegocio('morta_desconhecida')
      return morta
    },
  })
  app.post('/interno/mortas/:morta_id/reenviar', {
    schema: { summary: 'Reenvia uma mensagem morta, como veio', tags, params: comMorta },
    handler: async ({ params }) => reenviador.uma(idDe(params)),
  })
  app.post('/interno/mortas/reenviar', {
    schema: {
      ...{ summary: 'Reenvia as pendentes, as mais antigas primeiro', tags },
      body: reenvioDeMortas,
    },
    handler: async (requisicao) => {
      const { limite, ...filtro } = requisicao.body as z.output<typeof reenvioDeMortas>
      return reenviador.varias(filtro, limite)
    },
  })
}
