// The accounts, for the administrator: listed, and given another role.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { idNoCaminho } from '../../arquiteturas/campos.ts'
import { PAPEIS } from '../acesso/direitos.ts'
import * as respostas from '../respostas.ts'
import type { Partes } from './partes.ts'

const MAIOR_PAGINA = 100
const papel = z.enum(PAPEIS)
const pagina = z.object({
  limite: z.coerce.number().int().min(1).max(MAIOR_PAGINA).default(20),
  antes_de: idNoCaminho.optional().describe('Só contas de número menor que este'),
  papel: papel.optional().describe('Só contas deste papel'),
})
const comUsuario = z.object({ usuario_id: idNoCaminho })
const mudanca = z.object({ papel })

const tags = ['administração']

export function registrarUsuarios(rotas: FastifyInstance, { contas }: Partes): void {
  rotas.get('/admin/usuarios', {
    config: { acao: 'ver_usuarios', semServicos: true },
    schema: {
      summary: 'Lista as contas',
      description:
        'As mais novas primeiro, também as dos clientes gerados, que não podem entrar. Para a ' +
        'página seguinte, `antes_de` é o menor número desta.',
      tags,
      querystring: pagina,
      response: { 200: respostas.contas },
    },
    handler: async (requisicao) => {
      const { limite, antes_de, papel } = requisicao.query as z.output<typeof pagina>
      return contas.listar({ limite, antesDe: antes_de, papel })
    },
  })

  rotas.patch('/admin/usuarios/:usuario_id', {
    config: {
      acao: 'mudar_papel',
      semServicos: true,
      erros: ['usuario_desconhecido', 'ultimo_admin'],
    },
    schema: {
      summary: 'Muda o papel de uma conta',
      description:
        'Encerra as sessões da conta, que entra de novo já com o novo papel; o papel que ela já ' +
        'tem não muda nada. O último administrador não perde o seu: 409 `ultimo_admin`. A conta ' +
        'de um cliente gerado, que não pode entrar, fica como está: 422 `campo_invalido`.',
      tags,
      params: comUsuario,
      body: mudanca,
      response: { 200: respostas.conta },
    },
    handler: async (requisicao) => {
      const { usuario_id } = requisicao.params as z.output<typeof comUsuario>
      return contas.mudarPapel(usuario_id, (requisicao.body as z.output<typeof mudanca>).papel)
    },
  })
}
