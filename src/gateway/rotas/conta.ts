// One's own account: made, seen, changed.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { campoInvalido } from '../../arquiteturas/campos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { ondeDe } from '../acesso/auditar.ts'
import { usuarioDe } from '../acesso/autorizacao.ts'
import { type Contas, semSenha } from '../contas/contas.ts'
import { lerCpf } from '../contas/cpf.ts'
import { SENHA_IGUAL_AO_EMAIL, senhaDita, senhaEhOEmail, senhaNova } from '../contas/senha_nova.ts'
import * as respostas from '../respostas.ts'
import type { Partes } from './partes.ts'

const MAIOR_EMAIL = 254
const MAIOR_NOME = 100
const MAIOR_CPF = 14

const ehTexto = (texto: string) => texto.isWellFormed() && !/\p{Cc}/u.test(texto)
const nome = z
  .string()
  .trim()
  .min(1)
  .max(MAIOR_NOME)
  .refine(ehTexto, { error: 'tem caracteres de controle' })
const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(MAIOR_EMAIL)
  .meta({ format: 'email', example: 'maria@example.com' })
  .pipe(z.email())
const cpf = z
  .string()
  .max(MAIOR_CPF)
  .meta({ example: '123.456.789-09', description: 'Com ou sem pontuação; é mostrado mascarado' })
  .transform((texto, contexto) => {
    const algarismos = lerCpf(texto)
    if (algarismos !== undefined) return algarismos
    contexto.addIssue({ code: 'custom', message: 'não é um CPF válido' })
    return z.NEVER
  })

const cadastro = z
  .object({ nome, email, senha: senhaNova, cpf: cpf.optional() })
  .refine((dito) => !senhaEhOEmail(dito.senha, dito.email), {
    path: ['senha'],
    error: SENHA_IGUAL_AO_EMAIL,
  })
const perfil = z.object({ nome: nome.optional(), cpf: cpf.optional() })
const troca = z.object({ senha_atual: senhaDita, senha_nova: senhaNova })
const tags = ['conta']

export function registrarConta(rotas: FastifyInstance, partes: Partes): void {
  const { contas, senhas } = partes

  rotas.post('/auth/cadastro', {
    config: { acao: 'cadastrar', semServicos: true, erros: ['email_em_uso'] },
    schema: {
      summary: 'Cria uma conta de cliente',
      description:
        'A senha tem de 10 a 200 caracteres, não é o e-mail nem uma das mais usadas. O e-mail de ' +
        'outra conta, também a de um cliente dos dados gerados, responde 409 `email_em_uso`. ' +
        'Para entrar, `POST /auth/login`.',
      tags,
      body: cadastro,
      response: { 201: respostas.conta.describe('A conta nova') },
    },
    handler: async (requisicao, resposta) => {
      const dito = requisicao.body as z.output<typeof cadastro>
      // Before the e-mail is looked for: taken or free, the time is the same.
      const senha = await senhas.resumir(dito.senha)
      const nova = await contas.cadastrar({ ...dito, senha }, ondeDe(requisicao))
      if (!nova) throw new ErroDeNegocio('email_em_uso', undefined, { campo: 'email' })
      return resposta.code(201).header('location', '/auth/eu').send(nova)
    },
  })

  rotas.get('/auth/eu', {
    config: { acao: 'ver_conta', semServicos: true },
    schema: {
      summary: 'A conta de quem pergunta',
      description: 'Nome, e-mail, papel, o CPF mascarado e o número de cliente, se houver.',
      tags,
      response: { 200: respostas.conta.describe('A conta de quem pergunta') },
    },
    handler: async (requisicao) => semSenha(await propria(contas, requisicao)),
  })

  rotas.patch('/auth/eu', {
    config: { acao: 'mudar_conta', semServicos: true },
    schema: {
      summary: 'Muda a própria conta',
      description: 'Só os campos presentes mudam.',
      tags,
      body: perfil,
      response: { 200: respostas.conta.describe('A conta, como ficou') },
    },
    handler: async (requisicao) => {
      const dito = requisicao.body as z.output<typeof perfil>
      return contas.mudarPerfil(usuarioDe(requisicao), dito, ondeDe(requisicao))
    },
  })
  registrarSenha(rotas, partes)
}

function registrarSenha(rotas: FastifyInstance, partes: Partes): void {
  const { contas, senhas, tentativas } = partes
  rotas.put('/auth/senha', {
    config: { acao: 'mudar_senha', semServicos: true, erros: ['credenciais_invalidas'] },
    schema: {
      summary: 'Muda a própria senha',
      description:
        'Todas as outras sessões da conta terminam. Uma senha atual errada responde 401 ' +
        '`credenciais_invalidas`, e a sessão continua.',
      tags,
      body: troca,
      response: { 204: respostas.nada },
    },
    handler: async (requisicao, resposta) => {
      const { senha_atual, senha_nova } = requisicao.body as z.output<typeof troca>
      const quem = usuarioDe(requisicao)
      const onde = ondeDe(requisicao)
      const conta = await propria(contas, requisicao)
      if (senhaEhOEmail(senha_nova, conta.email)) {
        throw campoInvalido('senha_nova', SENHA_IGUAL_AO_EMAIL)
      }
      // Whoever found a session open must not guess its password here.
      using tentativa = tentativas.comecar(requisicao, conta.email, resposta)
      const antiga = (await senhas.conferir(senha_atual, conta.senha)) ? conta.senha : null
      const nova = antiga && (await senhas.resumir(senha_nova))
      if (!antiga || !nova || !(await contas.mudarSenha(quem, antiga, nova, onde))) {
        tentativa.errou()
        await contas.auditoria.anotar({ acao: 'mudar_senha', onde, quem, status: 401 })
        throw new ErroDeNegocio('credenciais_invalidas', 'A senha atual não confere.')
      }
      return resposta.code(204).send()
    },
  })
}

/** A token outlives its account in one case only: the directory of data was made anew. */
async function propria(contas: Contas, requisicao: FastifyRequest) {
  const conta = await contas.porId(usuarioDe(requisicao).id)
  if (!conta) throw new ErroDeNegocio('nao_autenticado')
  return conta
}
