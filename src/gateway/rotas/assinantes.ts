// The way from a route to a subscriber: its answer, unchanged. Without Kafka there are no topics,
// and nobody of ours lives on them.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeAssinante } from '../../contratos/ids.ts'
import { type Consulta, repassar } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

/** `caminho` goes below `raiz`. */
export const aoAssinante =
  (nome: NomeAssinante, raiz: string, { servicos, arquiteturas }: Partes) =>
  async (
    { traceparent }: FastifyRequest,
    resposta: FastifyReply,
    consulta: Pick<Consulta, 'metodo' | 'caminho' | 'corpo'>,
  ) => {
    if (!arquiteturas.includes('kafka')) throw new ErroDeNegocio('arquitetura_fechada')
    const respondida = await servicos.pedir(nome, {
      ...consulta,
      caminho: `${raiz}${consulta.caminho}`,
      cabecalhos: { traceparent },
      esperaMs: ESPERA_DA_LEITURA_MS,
    })
    return repassar(resposta, respondida)
  }
