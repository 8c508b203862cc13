// The changes of status that pedidos wrote down, for whoever follows them: those of one order, or
// all from a place in the log.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../arquiteturas/campos.ts'
import type { PedidoId } from '../contratos/ids.ts'
import type { ConsultasDePedidos } from '../servicos/pedidos/consultas.ts'
import { criarEspera, MAIOR_ESPERA_MS } from './espera_longa.ts'
import type { Registro } from './registro.ts'

const MAIOR_PAGINA = 1_000

const pergunta = z.object({
  apos: z.coerce.number().int().min(0).default(0),
  limite: z.coerce.number().int().min(1).max(MAIOR_PAGINA).default(MAIOR_PAGINA),
  espera_ms: z.coerce.number().int().min(0).max(MAIOR_ESPERA_MS).default(0),
  pedido_id: idNoCaminho.transform((n) => n as PedidoId).optional(),
})

export function registrarMudancas(
  app: FastifyInstance,
  consultas: ConsultasDePedidos,
  registro: Registro,
): void {
  const esperar = criarEspera(app, registro)
  app.get('/interno/mudancas', {
    schema: {
      summary: 'As mudanças de status, na ordem em que foram gravadas',
      description:
        '`ate` é o lugar do diário até onde a resposta é completa: a próxima pergunta começa ' +
        'nele. Um `apos` além do fim do diário responde onde ele acaba.',
      tags: ['operação'],
      querystring: pergunta,
    },
    handler: async (requisicao, resposta) => {
      const { espera_ms, ...lida } = requisicao.query as z.output<typeof pergunta>
      return esperar(resposta, {
        esperaMs: espera_ms,
        ler: () => consultas.mudancas(lida),
        basta: ({ ate }) => ate !== lida.apos,
      })
    },
  })
}
