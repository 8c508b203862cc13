// Every message of every topic, as monitoramento took it down.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { comLugarDaMensagem, procuraDeMensagens } from '../../infra/mensagens_auditadas.ts'
import * as respostas from '../respostas_das_mensagens.ts'
import { repassar } from '../servicos.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

const tags = ['operação']

export function registrarMensagens(
  rotas: FastifyInstance,
  { servicos, arquiteturas }: Partes,
): void {
  async function pedir(requisicao: FastifyRequest, resposta: FastifyReply, resto: string) {
    // Without Kafka there are no topics, and nobody of ours reads them.
    if (!arquiteturas.includes('kafka')) throw new ErroDeNegocio('arquitetura_fechada')
    const respondida = await servicos.pedir('monitoramento', {
      metodo: 'GET',
      caminho: `/interno/mensagens${resto}`,
      cabecalhos: { traceparent: requisicao.traceparent },
      esperaMs: ESPERA_DA_LEITURA_MS,
    })
    return repassar(resposta, respondida)
  }

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
    handler: async (requisicao, resposta) => {
      const filtros = Object.entries(requisicao.query as z.output<typeof procuraDeMensagens>)
      const busca = new URLSearchParams(filtros.map(([nome, valor]) => [nome, String(valor)]))
      return pedir(requisicao, resposta, `?${busca}`)
    },
  })

  rotas.get('/operacao/mensagens/contagens', {
    config: { acao: 'contar_mensagens', erros: ['arquitetura_fechada'] },
    schema: {
      summary: 'Conta as mensagens auditadas',
      description: 'De cada partição, ao lado do fim que o Kafka diz que ela tem.',
      tags,
      response: { 200: respostas.contagens },
    },
    handler: async (requisicao, resposta) => pedir(requisicao, resposta, '/contagens'),
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
      return pedir(requisicao, resposta, `/${topico}/${particao}/${offset}`)
    },
  })
}
