// Coming in, and who one is.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { usuarioDe } from '../acesso/autorizacao.ts'
import * as respostas from '../respostas.ts'
import type { Partes } from './partes.ts'

const entrada = z.object({
  email: z.string().min(1).max(254).meta({ example: 'cliente@quatrovias.local' }),
  senha: z.string().min(1).max(200),
})

export function registrarConta(rotas: FastifyInstance, { contas, senhas, tokens }: Partes): void {
  const tags = ['conta']

  rotas.post('/auth/login', {
    config: { acao: 'entrar', semServicos: true, erros: ['credenciais_invalidas'] },
    schema: {
      summary: 'Entra com e-mail e senha',
      description:
        'Devolve o token que as demais rotas pedem em `Authorization: Bearer`. As contas criadas ' +
        'no primeiro início estão em `credenciais.json`, no diretório de dados.',
      tags,
      body: entrada,
      response: { 200: respostas.sessao },
    },
    handler: async (requisicao) => {
      const { email, senha } = requisicao.body as z.output<typeof entrada>
      const conta = await contas.porEmail(email)
      // Checked even without an account: the time taken must not tell which e-mails exist.
      const confere = await senhas.conferir(senha, conta?.senha)
      if (!conta || !confere) throw new ErroDeNegocio('credenciais_invalidas')
      const { token, expira_em } = await tokens.emitir(conta)
      return { token, tipo: 'Bearer', expira_em }
    },
  })

  rotas.get('/auth/eu', {
    config: { acao: 'ver_conta', semServicos: true },
    schema: {
      summary: 'A conta de quem pergunta',
      description: 'Nome, e-mail, papel e o número de cliente, se houver.',
      tags,
      response: { 200: respostas.conta },
    },
    handler: async (requisicao) => {
      const conta = await contas.porId(usuarioDe(requisicao).id)
      if (!conta) throw new ErroDeNegocio('nao_autenticado')
      const { senha: _, ...visivel } = conta
      return visivel
    },
  })
}
