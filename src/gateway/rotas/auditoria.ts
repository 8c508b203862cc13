// The audit log, for the administrator.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../../arquiteturas/campos.ts'
import * as respostas from '../respostas.ts'
import type { Partes } from './partes.ts'

const MAIOR_PAGINA = 100
const pagina = z.object({
  limite: z.coerce.number().int().min(1).max(MAIOR_PAGINA).default(20),
  antes_de: idNoCaminho.optional().describe('Só atos de número menor que este'),
})

export function registrarAuditoria(rotas: FastifyInstance, { contas }: Partes): void {
  rotas.get('/admin/auditoria', {
    config: { acao: 'ver_auditoria', semServicos: true },
    schema: {
      summary: 'Quem fez o quê',
      description:
        'Os atos da equipe e o que envolve senhas e sessões, os mais novos primeiro; o último ' +
        'milhão. Para a página seguinte, `antes_de` é o menor número desta.',
      tags: ['administração'],
      querystring: pagina,
      response: { 200: respostas.auditoria },
    },
    handler: async (requisicao) => {
      const { limite, antes_de } = requisicao.query as z.output<typeof pagina>
      return contas.auditoria.listar({ limite, antesDe: antes_de })
    },
  })
}
