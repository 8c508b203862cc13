// The orders as they happen: streams of server-sent events, of one order or of all that the asker
// may see.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Gauge } from 'prom-client'
import * as z from 'zod'
import { campoInvalido } from '../../arquiteturas/campos.ts'
import { bearer, pedidoDe, usuarioDe } from '../acesso/autorizacao.ts'
import type { Acompanhamento } from '../acompanhamento/acompanhamento.ts'
import { type Comeco, comecar } from '../acompanhamento/comeco.ts'
import type { Alvo } from '../acompanhamento/fluxo.ts'
import { abrirSaida } from '../acompanhamento/saida.ts'
import { validadeDe } from '../contas/validade.ts'
import * as respostas from '../respostas.ts'
import { alcanceDe, comPedido } from './consultas.ts'
import type { Partes } from './partes.ts'
import { semCabecalhos } from './pedidos.ts'

const ULTIMO = 'Last-Event-ID'
const comUltimo = z.object({
  [ULTIMO]: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('O `id` do último evento recebido: a resposta segue dele, sem falta nem repetição'),
})

const COMO_E =
  'Server-sent events: cada mudança de status é um evento `status`, com `id`. Quem cai volta com ' +
  '`Last-Event-ID` e não perde nem repete nada; se o que faltou já não está guardado, vem um ' +
  'evento `reinicio`, que pede para ler de novo. A cada 15 s vem um comentário. O fluxo acaba ' +
  'quando o token deixa de valer, e quem lê devagar demais é desligado: basta voltar.'
const DE_TODOS =
  'Um cliente acompanha os seus pedidos; a equipe, todos. Sem `Last-Event-ID`, só o que ' +
  'acontecer de agora em diante.'
const DE_UM =
  'Sem `Last-Event-ID`, vem antes tudo o que já aconteceu ao pedido. Depois de `entregue`, ' +
  '`cancelado` ou `recusado` vem um evento `fim` e o fluxo acaba; quem volta com o último `id` ' +
  'recebe 204. De um pedido do histórico vêm o status em que está e o fim.'

export function registrarEventos(rotas: FastifyInstance, partes: Partes): void {
  const { acompanhamento } = partes
  const comum = { validatorCompiler: semCabecalhos, exposeHeadRoute: false } as const
  rotas.addHook('preClose', async () => acompanhamento.encerrar())
  new Gauge({
    name: 'quatrovias_fluxos_abertos',
    help: 'Fluxos de eventos abertos agora',
    registers: [partes.metricas],
    collect() {
      this.set(acompanhamento.abertos)
    },
  })

  rotas.get('/pedidos/eventos', {
    ...comum,
    config: { acao: 'ver_eventos', erros: ['campo_invalido'] },
    schema: {
      operationId: 'verEventosDosPedidos',
      summary: 'Os pedidos, ao vivo',
      description: `${COMO_E} ${DE_TODOS}`,
      tags: ['pedidos'],
      produces: ['text/event-stream'],
      headers: comUltimo,
      response: { 200: respostas.eventos },
    },
    handler: async (requisicao, resposta) => {
      const lugar = lerLugar(requisicao)
      const alvo = alcanceDe(requisicao)
      ocupar(acompanhamento, requisicao, resposta)
      return transmitir(partes, requisicao, resposta, alvo, await acompanhamento.comeco(lugar))
    },
  })

  rotas.get('/pedidos/:pedido_id/eventos', {
    ...comum,
    config: { acao: 'ver_eventos' },
    schema: {
      summary: 'Um pedido, ao vivo',
      description: `${COMO_E} ${DE_UM}`,
      tags: ['pedidos'],
      produces: ['text/event-stream'],
      params: comPedido,
      headers: comUltimo,
      response: { 200: respostas.eventos, 204: respostas.semEventos },
    },
    handler: async (requisicao, resposta) => {
      const lugar = lerLugar(requisicao)
      const pedido = pedidoDe(requisicao)
      ocupar(acompanhamento, requisicao, resposta)
      const { traceparent } = requisicao
      const comeco = await acompanhamento.comecoDo(pedido, lugar, traceparent)
      if (!comeco) return resposta.code(204).send()
      return transmitir(partes, requisicao, resposta, { pedido_id: pedido.id }, comeco)
    },
  })
}

function lerLugar({ headers }: FastifyRequest): number | undefined {
  const lido = comUltimo.safeParse({ [ULTIMO]: headers['last-event-id'] })
  if (!lido.success) throw campoInvalido(ULTIMO, 'deve ser o id de um evento')
  const texto = lido.data[ULTIMO]
  return texto === undefined ? undefined : Number(texto)
}

/** The place is given back however the request ends. */
function ocupar(
  acompanhamento: Acompanhamento,
  requisicao: FastifyRequest,
  { raw }: FastifyReply,
): void {
  const vaga = acompanhamento.ocupar(usuarioDe(requisicao).id)
  if (raw.destroyed) vaga[Symbol.dispose]()
  else raw.once('close', () => vaga[Symbol.dispose]())
}

function transmitir(
  { acompanhamento, contas, tokens }: Partes,
  requisicao: FastifyRequest,
  resposta: FastifyReply,
  alvo: Alvo,
  comeco: Comeco,
): FastifyReply {
  const { raw } = resposta
  // Gone while the beginning was looked up: there will be no other `close`.
  if (raw.destroyed) return resposta.hijack()
  const saida = abrirSaida(resposta)
  comecar(saida, comeco)
  if (comeco.fim) {
    saida.encerrar()
    return resposta
  }
  const { papel, cliente_id, sessao } = usuarioDe(requisicao)
  const token = bearer(requisicao.headers.authorization) ?? ''
  const { deMs, ateMs } = validadeDe(token)
  const acompanhado = acompanhamento.acompanhar({
    ...{ alvo, saida, lugar: comeco.lugar, valeAteMs: ateMs },
    encerrada: () => contas.sessoes.encerrada(sessao, deMs),
    async continuaAceita() {
      const agora = await tokens.conferir(token)
      return agora?.papel === papel && agora.cliente_id === cliente_id
    },
  })
  raw.once('close', () => acompanhado[Symbol.dispose]())
  return resposta
}
