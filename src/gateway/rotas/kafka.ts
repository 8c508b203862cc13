// The operator's look at the way by Kafka: what waits to be published, and what waits to be read.
import type { FastifyInstance } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { situacaoDoKafka } from '../../infra/situacao_do_kafka.ts'
import * as respostas from '../respostas.ts'
import { lerSucesso } from '../servicos.ts'
import type { Partes } from './partes.ts'

export function registrarKafka(rotas: FastifyInstance, { servicos, arquiteturas }: Partes): void {
  rotas.get('/operacao/kafka', {
    config: { acao: 'ver_kafka', erros: ['arquitetura_fechada'] },
    schema: {
      summary: 'O Kafka: atraso dos grupos, o que falta publicar e o pedido mais velho',
      description:
        'Com o Kafka fora, `responde` é false e o atraso não se sabe; o que cada serviço ainda ' +
        'tem por publicar, e a idade do pedido aberto mais velho, se sabem sempre. Null é o que ' +
        'não respondeu agora.',
      tags: ['operação'],
      response: { 200: respostas.kafka },
    },
    handler: async ({ traceparent }) => {
      const situacao = await situacaoDoKafka(async (nome, caminho, esperaMs) => {
        const consulta = { metodo: 'GET', caminho, cabecalhos: { traceparent } } as const
        try {
          return lerSucesso(nome, await servicos.pedir(nome, { ...consulta, esperaMs }))
        } catch {
          return undefined
        }
      })
      if (situacao) return situacao
      const aberta = arquiteturas.includes('kafka')
      throw new ErroDeNegocio(aberta ? 'servico_indisponivel' : 'arquitetura_fechada')
    },
  })
}
