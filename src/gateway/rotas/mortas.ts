// The dead letters: what no group could handle, looked at and sent again.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { comMorta, paginaDeMortas, reenvioDeMortas } from '../../infra/mortas.ts'
import * as respostas from '../respostas.ts'
import { type Consulta, repassar } from '../servicos.ts'
import { buscaDe, ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

/** A broker that answers nothing is given up by the client of Kafka before this. */
const ESPERA_DO_REENVIO_MS = 30_000

const tags = ['operação']

type DeMortas = Pick<Consulta, 'metodo' | 'corpo'> & { readonly caminho: string }
type Pedir = (
  requisicao: FastifyRequest,
  resposta: FastifyReply,
  consulta: DeMortas,
) => Promise<unknown>

export function registrarMortas(rotas: FastifyInstance, { servicos }: Partes): void {
  const pedir: Pedir = async ({ traceparent }, resposta, { caminho, ...consulta }) => {
    const respondida = await servicos.pedir('pedidos', {
      ...consulta,
      caminho: `/interno/mortas${caminho}`,
      cabecalhos: { traceparent },
      esperaMs: consulta.metodo === 'GET' ? ESPERA_DA_LEITURA_MS : ESPERA_DO_REENVIO_MS,
    })
    return repassar(resposta, respondida)
  }
  registrarLeitura(rotas, pedir)
  registrarReenvio(rotas, pedir)
}

const idDe = ({ params }: FastifyRequest) => (params as z.output<typeof comMorta>).morta_id

function registrarLeitura(rotas: FastifyInstance, pedir: Pedir): void {
  rotas.get('/operacao/mortas', {
    config: { acao: 'ver_mortas' },
    schema: {
      summary: 'Lista as mensagens mortas',
      description:
        'As que um grupo não pôde tratar, com a causa e onde estavam, sem o que traziam, as mais ' +
        'novas primeiro. Para a página seguinte, `antes_de` é o menor número desta. As ' +
        'passageiras são reenviadas sozinhas; as outras esperam por uma pessoa.',
      tags,
      querystring: paginaDeMortas,
      response: { 200: respostas.mortas },
    },
    handler: async (requisicao, resposta) =>
      pedir(requisicao, resposta, { metodo: 'GET', caminho: buscaDe(requisicao) }),
  })

  rotas.get('/operacao/mortas/:morta_id', {
    config: { acao: 'ver_morta', erros: ['morta_desconhecida'] },
    schema: {
      summary: 'Mostra uma mensagem morta',
      description: 'Com a chave, o valor e os cabeçalhos que trazia: texto em UTF-8, ou base64.',
      tags,
      params: comMorta,
      response: { 200: respostas.morta },
    },
    handler: async (requisicao, resposta) =>
      pedir(requisicao, resposta, { metodo: 'GET', caminho: `/${idDe(requisicao)}` }),
  })
}

function registrarReenvio(rotas: FastifyInstance, pedir: Pedir): void {
  rotas.post('/operacao/mortas/:morta_id/reenviar', {
    config: {
      acao: 'reenviar_morta',
      erros: ['morta_desconhecida', 'reenvio_impossivel', 'arquitetura_fechada'],
    },
    schema: {
      summary: 'Reenvia uma mensagem morta',
      description:
        'Como veio, ao tópico em que estava; o que dela já foi feito não se repete. O pedido que ' +
        'esperava por ela deixa de estar retido. Se a causa ainda existe, ela morre de novo, com ' +
        'outro número.',
      tags,
      params: comMorta,
      response: { 200: respostas.mortaReenviada },
    },
    handler: async (requisicao, resposta) => {
      const caminho = `/${idDe(requisicao)}/reenviar`
      return pedir(requisicao, resposta, { metodo: 'POST', caminho })
    },
  })

  rotas.post('/operacao/mortas/reenviar', {
    config: { acao: 'reenviar_mortas', erros: ['arquitetura_fechada'] },
    schema: {
      summary: 'Reenvia as mensagens mortas pendentes',
      description:
        'Todas, ou as de um grupo ou tópico, as mais antigas primeiro, até `limite`. As que não ' +
        'podem ser reenviadas ficam; `restam` diz quantas ainda esperam.',
      tags,
      body: reenvioDeMortas,
      response: { 200: respostas.reenvio },
    },
    handler: async (requisicao, resposta) => {
      const { body: corpo } = requisicao
      return pedir(requisicao, resposta, { metodo: 'POST', caminho: '/reenviar', corpo })
    },
  })
}
