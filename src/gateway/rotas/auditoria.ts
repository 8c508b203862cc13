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
        'O que a equipe muda e as entradas dela; e, de qualquer pessoa, as senhas erradas, os ' +
        'cadastros, também os de um e-mail em uso, as mudanças da própria conta e da senha, as ' +
        'saídas e os códigos de renovação usados duas vezes. O que é recusado antes de começar, ' +
        'por limite, validação ou direito, não deixa linha. Ficam cerca de um milhão de linhas ' +
        'da equipe e cem mil das demais, que não tomam o lugar umas das outras. As mais novas ' +
        'primeiro; para a página seguinte, `antes_de` é o menor número desta.',
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
