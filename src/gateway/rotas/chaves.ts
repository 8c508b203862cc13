// The keys that sign the tokens: their public halves for whoever verifies, and their rotation.
import type { FastifyInstance } from 'fastify'
import * as respostas from '../respostas.ts'
import type { Partes } from './partes.ts'

const CINCO_MINUTOS = 'public, max-age=300'

export function registrarChaves(rotas: FastifyInstance, { tokens, rotacao }: Partes): void {
  rotas.get('/.well-known/jwks.json', {
    config: { acao: 'ver_chaves', semServicos: true },
    schema: {
      summary: 'As chaves públicas que conferem os tokens',
      description:
        'Uma chave trocada fica aqui até expirar o último token que assinou. Ao ver um `kid` ' +
        'desconhecido, busque de novo.',
      tags: ['conta'],
      response: { 200: respostas.chavesPublicas },
    },
    handler: async (_requisicao, resposta) => {
      resposta.header('cache-control', CINCO_MINUTOS)
      return { keys: tokens.publicas() }
    },
  })

  rotas.post('/admin/chaves', {
    config: { acao: 'rotacionar_chaves', semServicos: true },
    schema: {
      summary: 'Troca a chave que assina os tokens',
      description:
        'A nova assina a partir desta resposta; os tokens já emitidos continuam valendo até ' +
        'expirar. Sem isto, a troca é automática a cada 30 dias. Com 20 chaves ainda em vigor, ' +
        '429 `limite_excedido`.',
      tags: ['administração'],
      response: { 201: respostas.chaveNova },
    },
    handler: async (_requisicao, resposta) => {
      const nova = await rotacao.rotacionar()
      return resposta.code(201).header('location', '/.well-known/jwks.json').send(nova)
    },
  })
}
