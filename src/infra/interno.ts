// What every service process serves besides its business: health, metrics, its own log, its
// simulation and, for tests, its crash points. The same on all architectures.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../arquiteturas/campos.ts'
import type { TipoComando } from '../contratos/comandos.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { PedidoId } from '../contratos/ids.ts'
import type { Leitura } from '../persistencia/database.ts'
import { eventosApos, eventosDoPedido } from '../persistencia/diario.ts'
import { armarQueda, PONTOS_DE_QUEDA } from '../persistencia/queda.ts'
import type { Simulador } from '../servicos/simulacao.ts'
import { criarEspera, MAIOR_ESPERA_MS } from './espera_longa.ts'
import type { Registro } from './registro.ts'

const MAIOR_PAGINA = 1_000

const consultaDoDiario = z.object({
  pedido: idNoCaminho.optional(),
  apos: z.coerce.number().int().min(0).default(0),
  limite: z.coerce.number().int().min(1).max(MAIOR_PAGINA).default(MAIOR_PAGINA),
  espera_ms: z.coerce.number().int().min(0).max(MAIOR_ESPERA_MS).default(0),
})
const corpoDeSimulacao = z.object({
  atraso_ms: z
    .tuple([z.number().min(0).max(60_000), z.number().min(0).max(60_000)])
    .refine(([menor, maior]) => menor <= maior, 'o primeiro atraso é o menor')
    .optional(),
  taxa_sucesso: z.number().min(0).max(1).optional(),
  semente: z.number().int().min(0).optional(),
})
const corpoDeQueda = z.object({
  ponto: z.enum(PONTOS_DE_QUEDA),
  comando: z.string().max(40).optional(),
})

export interface Interno {
  readonly leitura: Leitura
  readonly registro: Registro
  readonly simulador: Simulador
  readonly aceitaQuedas: boolean
  /** Why the process cannot take orders now, in Portuguese; `undefined` when it can. */
  motivoParaNaoAtender(): string | undefined
}

export function registrarInterno(app: FastifyInstance, interno: Interno): void {
  const { leitura, registro, simulador } = interno
  const schema = { tags: ['operação'] }
  const esperar = criarEspera(app, registro)

  app.get('/healthz', { schema: { ...schema, summary: 'O processo vive' } }, async () => ({
    status: 'vivo',
  }))
  app.get('/readyz', { schema: { ...schema, summary: 'O processo atende' } }, async () => {
    const motivo = interno.motivoParaNaoAtender()
    if (motivo) throw new ErroDeNegocio('encerrando', motivo)
    return { status: 'pronto' }
  })
  app.get(
    '/metrics',
    { schema: { ...schema, summary: 'Métricas do Prometheus', produces: ['text/plain'] } },
    (_req, resposta) =>
      registro.metricas
        .metrics()
        .then((texto) => resposta.type(registro.metricas.contentType).send(texto)),
  )
  app.get('/interno/eventos', {
    schema: { ...schema, summary: 'O diário do serviço', querystring: consultaDoDiario },
    handler: async (requisicao, resposta) => {
      const consulta = requisicao.query as z.output<typeof consultaDoDiario>
      if (consulta.pedido !== undefined)
        return eventosDoPedido(leitura, consulta.pedido as PedidoId)
      const { apos, limite, espera_ms } = consulta
      return esperar(resposta, {
        esperaMs: espera_ms,
        ler: () => eventosApos(leitura, apos, limite),
        basta: (eventos) => eventos.length > 0,
      })
    },
  })
  app.get('/interno/simulacao', { schema: { ...schema, summary: 'A simulação' } }, async () =>
    simulador.atual(),
  )
  app.put('/interno/simulacao', {
    schema: { ...schema, summary: 'Muda a simulação', body: corpoDeSimulacao },
    handler: async (requisicao) => {
      simulador.mudar(requisicao.body as Parameters<Simulador['mudar']>[0])
      return simulador.atual()
    },
  })
  if (!interno.aceitaQuedas) return
  app.put('/interno/queda', {
    schema: { hide: true, body: corpoDeQueda },
    handler: async (requisicao) => {
      const { ponto, comando } = requisicao.body as z.output<typeof corpoDeQueda>
      armarQueda(ponto, comando as TipoComando | undefined)
      return { armado: true }
    },
  })
}
