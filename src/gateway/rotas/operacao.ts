// The operator's doors: how each service pretends to work.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { SERVICOS } from '../../contratos/ids.ts'
import * as respostas from '../respostas.ts'
import { repassar } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

const comServico = z.object({
  servico: z
    .string()
    .toLowerCase()
    .meta({ enum: [...SERVICOS] })
    .pipe(z.enum(SERVICOS)),
})
/** The service judges the ranges: the rule stays in one place. */
const mudanca = z.object({
  atraso_ms: z.tuple([z.number(), z.number()]).optional().describe('O menor e o maior atraso'),
  taxa_sucesso: z.number().optional().describe('De 0 a 1'),
  semente: z.number().optional(),
})

const tags = ['operação']

export function registrarOperacao(rotas: FastifyInstance, { servicos }: Partes): void {
  const simulacao = (requisicao: FastifyRequest, metodo: 'GET' | 'PUT') => {
    const { servico } = requisicao.params as z.output<typeof comServico>
    return servicos.pedir(servico, {
      metodo,
      caminho: '/interno/simulacao',
      cabecalhos: { traceparent: requisicao.traceparent },
      ...(metodo === 'PUT' && { corpo: requisicao.body }),
      esperaMs: ESPERA_DA_LEITURA_MS,
    })
  }

  rotas.get('/operacao/simulacao/:servico', {
    config: { acao: 'ver_simulacao' },
    schema: {
      summary: 'A simulação de um serviço',
      description: 'Quanto ele demora e quantas vezes acerta.',
      tags,
      params: comServico,
      response: { 200: respostas.simulacao },
    },
    handler: async (requisicao, resposta) => repassar(resposta, await simulacao(requisicao, 'GET')),
  })

  rotas.put('/operacao/simulacao/:servico', {
    config: { acao: 'mudar_simulacao' },
    schema: {
      summary: 'Muda a simulação de um serviço',
      description: 'Só os campos enviados mudam, e só até o serviço reiniciar.',
      tags,
      params: comServico,
      body: mudanca,
      response: { 200: respostas.simulacao },
    },
    handler: async (requisicao, resposta) => repassar(resposta, await simulacao(requisicao, 'PUT')),
  })
}
