// Coming in, staying and leaving.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { ondeDe } from '../acesso/auditar.ts'
import { usuarioDe } from '../acesso/autorizacao.ts'
import { normalizarEmail } from '../contas/credenciais.ts'
import { mascararEmail } from '../contas/mascarar.ts'
import { senhaDita } from '../contas/senha_nova.ts'
import type { SessaoAberta } from '../contas/sessoes.ts'
import type { Tokens } from '../contas/tokens.ts'
import * as respostas from '../respostas.ts'
import type { Partes } from './partes.ts'

const MAIOR_CODIGO = 200

const entrada = z.object({
  email: z.string().min(1).max(254).meta({ example: 'cliente@quatrovias.local' }),
  senha: senhaDita,
})
const renovacao = z.object({ renovacao: z.string().min(1).max(MAIOR_CODIGO) })
const tags = ['conta']

export function registrarSessao(rotas: FastifyInstance, partes: Partes): void {
  const { tokens, contas } = partes
  const { sessoes } = contas

  rotas.post('/auth/login', {
    config: { acao: 'entrar', semServicos: true, erros: ['credenciais_invalidas'] },
    schema: {
      summary: 'Entra com e-mail e senha',
      description:
        'Devolve o token que as demais rotas pedem em `Authorization: Bearer`, por 15 minutos, e ' +
        'o código que o renova. Cada conta tem até 20 sessões; mais uma encerra a mais antiga. ' +
        'As contas criadas no primeiro início estão em `credenciais.json`, no diretório de dados.',
      tags,
      body: entrada,
      response: { 200: respostas.sessao },
    },
    handler: async (requisicao, resposta) =>
      comToken(tokens, await entrar(partes, requisicao, resposta)),
  })

  rotas.post('/auth/renovar', {
    config: { acao: 'renovar', semServicos: true, erros: ['renovacao_invalida'] },
    schema: {
      summary: 'Troca o código de renovação por outro par',
      description:
        'Cada código vale uma vez; usado de novo, encerra a sessão inteira, porque alguém o ' +
        'copiou. Vale 7 dias, e a sessão, 30 desde a entrada.',
      tags,
      body: renovacao,
      response: { 200: respostas.sessao },
    },
    handler: async (requisicao) => {
      const dito = requisicao.body as z.output<typeof renovacao>
      const aberta = await sessoes.renovar(dito.renovacao, ondeDe(requisicao))
      if (!aberta) throw new ErroDeNegocio('renovacao_invalida')
      return comToken(tokens, aberta)
    },
  })

  rotas.post('/auth/sair', {
    config: { acao: 'sair', semServicos: true },
    schema: {
      summary: 'Encerra a sessão',
      description: 'O token e o código de renovação dela deixam de valer na hora.',
      tags,
      response: { 204: respostas.nada },
    },
    handler: async (requisicao, resposta) => {
      await sessoes.encerrar(usuarioDe(requisicao), ondeDe(requisicao))
      return resposta.code(204).send()
    },
  })
}

async function entrar(
  { contas, senhas, tentativas }: Partes,
  requisicao: FastifyRequest,
  resposta: FastifyReply,
) {
  const { email, senha } = requisicao.body as z.output<typeof entrada>
  using tentativa = tentativas.comecar(requisicao, normalizarEmail(email), resposta)
  const onde = ondeDe(requisicao)
  const conta = await contas.porEmail(email)
  // Checked even without an account: the time taken must not tell which e-mails exist.
  const confere = await senhas.conferir(senha, conta?.senha)
  const aberta = conta && confere ? await contas.sessoes.abrir(conta, onde) : undefined
  if (aberta) return aberta
  tentativa.errou()
  const detalhe = mascararEmail(email)
  await contas.auditoria.anotar({ acao: 'entrar', onde, status: 401, detalhe })
  throw new ErroDeNegocio('credenciais_invalidas')
}

async function comToken(tokens: Tokens, aberta: SessaoAberta) {
  const { token, expira_em } = await tokens.emitir(aberta.usuario, aberta.sessao)
  const { renovacao, renovacao_expira_em } = aberta
  return { token, tipo: 'Bearer', expira_em, renovacao, renovacao_expira_em }
}
