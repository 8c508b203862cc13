// Every message of every topic, as monitoramento took it down.
import type { FastifyInstance } from 'fastify'
import type * as z from 'zod'
import { comLugarDaMensagem, procuraDeMensagens } from '../../infra/mensagens_auditadas.ts'
import * as respostas from '../respostas_das_mensagens.ts'
import { aoAssinante } from './assinantes.ts'
import { buscaDe, type Partes } from './partes.ts'

const tags = ['operação']

export function registrarMensagens(rotas: FastifyInstance, partes: Partes): void {
  const pedir = aoAssinante('monitoramento', '/interno/mensagens', partes)

  rotas.get('/operacao/mensagens', {
    config: { acao: 'ver_mensagens', erros: ['arquitetura_fechada'] },
    schema: {
      summary: 'Procura nas mensagens dos tópicos',
      description:
        'As que monitoramento auditou, as mais novas primeiro, com o começo do que traziam. Uma ' +
        'procura lê até 100.000 mensagens: com `proximo`, continue dele em `antes_de`, mesmo que ' +
        'nenhuma tenha vindo.',
      tags,
      querystring: procuraDeMensagens,
      response: { 200: respostas.mensagens },
    },
    handler: async (requisicao, resposta) =>
      pedir(requisicao, resposta, { metodo: 'GET', caminho: buscaDe(requisicao) }),
  })

  rotas.get('/operacao/mensagens/contagens', {
    config: { acao: 'contar_mensagens', erros: ['arquitetura_fechada'] },
    schema: {
      summary: 'Conta as mensagens auditadas',
      description: 'De cada partição, ao lado do fim que o Kafka diz que ela tem.',
      tags,
      response: { 200: respostas.contagens },
    },
    handler: async (requisicao, resposta) =>
      pedir(requisicao, resposta, { metodo: 'GET', caminho: '/contagens' }),
  })

  rotas.get('/operacao/mensagens/:topico/:particao/:offset', {
    config: { acao: 'ver_mensagem', erros: ['mensagem_desconhecida', 'arquitetura_fechada'] },
    schema: {
      summary: 'Mostra uma mensagem auditada',
      description: 'Com a chave, os cabeçalhos e o valor: texto em UTF-8, ou base64.',
      tags,
      params: comLugarDaMensagem,
      response: { 200: respostas.mensagem },
    },
    handler: async (requisicao, resposta) => {
      const { topico, particao, offset } = requisicao.params as z.output<typeof comLugarDaMensagem>
      const caminho = `/${topico}/${particao}/${offset}`
      return pedir(requisicao, resposta, { metodo: 'GET', caminho })
    },
  })
}
