// Whether the gateway lives, whether the whole system takes orders, and what it counted.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import * as respostas from '../respostas.ts'
import type { Servicos } from '../servicos.ts'
import type { Partes } from './partes.ts'

/** A busy service answers late, and is no less ready for it. */
const ESPERA_MS = 1_500
/** The supervisor, the terminal and a load balancer may all ask at once. */
const FRESCO_MS = 250

const tags = ['operação']

export function registrarSaude(rotas: FastifyInstance, partes: Partes): void {
  const { servicos, presentes, metricas } = partes
  const faltam = criarProntidao(servicos, presentes)

  rotas.get('/healthz', {
    config: { acao: 'ver_saude', semServicos: true },
    schema: {
      operationId: 'verVida',
      summary: 'O gateway vive',
      description: 'Não pergunta a mais ninguém.',
      tags,
      response: { 200: respostas.saude },
    },
    handler: async () => ({ status: 'vivo' }),
  })
  rotas.get('/readyz', {
    config: { acao: 'ver_saude' },
    schema: {
      operationId: 'verProntidao',
      summary: 'O sistema atende',
      description: '200 com os nossos serviços prontos; senão, 503, que diz quais não estão.',
      tags,
      response: { 200: respostas.saude },
    },
    handler: async () => {
      const nomes = await faltam()
      if (nomes.length === 0) return { status: 'pronto' }
      const detalhe = `Ainda não estão prontos: ${nomes.join(', ')}.`
      throw new ErroDeNegocio('servico_indisponivel', detalhe)
    },
  })
  rotas.get('/metrics', {
    config: { acao: 'ver_metricas', semServicos: true },
    schema: {
      summary: 'Métricas do Prometheus',
      description: 'Requisições por rota e status, durações, vagas, memória e CPU do processo.',
      tags,
      produces: ['text/plain'],
      response: {
        200: { description: 'As métricas', content: { 'text/plain': { schema: z.string() } } },
      },
    },
    handler: async (_requisicao, resposta) =>
      resposta.type(metricas.contentType).send(await metricas.metrics()),
  })
}

/** The services that are not ready, asked together and at most once in 250 ms. */
export function criarProntidao(
  servicos: Servicos,
  nomes: readonly NomeServico[],
  relogio: () => number = () => performance.now(),
): () => Promise<readonly NomeServico[]> {
  let pergunta: Promise<readonly NomeServico[]> | undefined
  let respondida = Number.POSITIVE_INFINITY

  async function perguntar(): Promise<readonly NomeServico[]> {
    const prontos = await Promise.all(nomes.map((nome) => estaPronto(servicos, nome)))
    respondida = relogio()
    return nomes.filter((_, i) => !prontos[i])
  }
  return () => {
    if (!pergunta || relogio() - respondida > FRESCO_MS) {
      respondida = Number.POSITIVE_INFINITY
      pergunta = perguntar()
    }
    return pergunta
  }
}

async function estaPronto(servicos: Servicos, nome: NomeServico): Promise<boolean> {
  try {
    const como = { via: 'saude', metodo: 'GET', esperaMs: ESPERA_MS } as const
    const consulta = { ...como, caminho: '/readyz' }
    return (await servicos.pedir(nome, consulta)).status === 200
  } catch {
    return false
  }
}
