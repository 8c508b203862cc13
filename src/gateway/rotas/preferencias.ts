// What one wants to be told by e-mail of one's own orders.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { STATUS } from '../../contratos/eventos.ts'
import { ondeDe } from '../acesso/auditar.ts'
import { usuarioDe } from '../acesso/autorizacao.ts'
import * as respostas from '../respostas_das_notificacoes.ts'
import type { Partes } from './partes.ts'

const escolha = z
  .object({
    email: z.boolean().describe('false: nenhum aviso por e-mail'),
    status: z
      .array(z.enum(STATUS))
      .max(STATUS.length)
      .refine((lista) => new Set(lista).size === lista.length, { error: 'tem repetições' })
      .describe('As mudanças de que a conta quer saber, cada uma uma vez'),
  })
  .meta({ example: { email: true, status: ['enviado', 'entregue'] } })

const tags = ['conta']

export function registrarPreferencias(rotas: FastifyInstance, { contas }: Partes): void {
  rotas.get('/auth/eu/preferencias', {
    config: { acao: 'ver_preferencias', semServicos: true },
    schema: {
      summary: 'O que a conta quer receber por e-mail',
      description: 'Quem nunca escolheu recebe tudo.',
      tags,
      response: { 200: respostas.preferencias },
    },
    handler: async (requisicao) => contas.preferencias(usuarioDe(requisicao).id),
  })

  rotas.put('/auth/eu/preferencias', {
    config: { acao: 'mudar_preferencias', semServicos: true },
    schema: {
      summary: 'Escolhe o que a conta recebe por e-mail',
      description:
        'Vale para os avisos que ainda não saíram, em até um minuto. Uma lista vazia é o mesmo ' +
        'que `email: false`.',
      tags,
      body: escolha,
      response: { 200: respostas.preferencias },
    },
    handler: async (requisicao) => {
      const dito = requisicao.body as z.output<typeof escolha>
      await contas.mudarPreferencias(usuarioDe(requisicao), dito, ondeDe(requisicao))
      return dito
    },
  })
}
