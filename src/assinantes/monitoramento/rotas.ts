// By which the messages that were taken down are asked for.
import type { FastifyInstance } from 'fastify'
import type * as z from 'zod'
import type { TopicoVisto } from '../../arquiteturas/kafka/visao_dos_topicos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { comLugarDaMensagem, procuraDeMensagens } from '../../infra/mensagens_auditadas.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { buscar } from './busca.ts'
import { contar } from './contagem.ts'
import { lerUma } from './linhas.ts'

const tags = ['operação']
const emMs = (instante: string | undefined) =>
  instante === undefined ? undefined : Date.parse(instante)

/** `verCluster`: undefined when it does not answer now. */
export function registrarRotas(
  app: FastifyInstance,
  leitura: Leitura,
  verCluster: () => Promise<readonly TopicoVisto[] | undefined>,
): void {
  app.register(async (rotas) => {
    rotas.get('/interno/mensagens', {
      schema: {
        ...{ summary: 'Mensagens auditadas, as mais novas primeiro', tags },
        querystring: procuraDeMensagens,
      },
      handler: async ({ query }) => {
        const lida = query as z.output<typeof procuraDeMensagens>
        const { desde, ate, antes_de: antesDe, ...filtros } = lida
        return buscar(leitura, { ...filtros, antesDe, desdeMs: emMs(desde), ateMs: emMs(ate) })
      },
    })
    rotas.get('/interno/mensagens/contagens', {
      schema: { summary: 'O que se auditou de cada partição, e o fim dela', tags },
      handler: async () => contar(leitura, await verCluster()),
    })
    rotas.get('/interno/mensagens/:topico/:particao/:offset', {
      schema: { summary: 'Uma mensagem auditada, inteira', tags, params: comLugarDaMensagem },
      handler: async ({ params }) => {
        const { topico, particao, offset } = params as z.output<typeof comLugarDaMensagem>
        const mensagem = await lerUma(leitura, topico, particao, offset)
        if (!mensagem) throw new ErroDeNegocio('mensagem_desconhecida')
        return mensagem
      },
    })
  })
}
