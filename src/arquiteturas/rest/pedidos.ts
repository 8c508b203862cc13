// The HTTP doors that only pedidos has: an order is made here, cancelled, its delivery confirmed.
// Open whatever architectures are: `x-arquitetura` says which one carries the order from here.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { type Comando, doPedido } from '../../contratos/comandos.ts'
import { envelopar } from '../../contratos/envelope.ts'
import type { NomeArquitetura, PedidoId } from '../../contratos/ids.ts'
import type { ConsultasDePedidos } from '../../servicos/pedidos/consultas.ts'
import { type Atender, caracteristicas } from '../arquitetura.ts'
import * as campos from '../campos.ts'
import {
  comoCriarPedido,
  concluir,
  corpoDePedido,
  exigirAberta,
  lerChave,
  MOTIVO_PADRAO,
} from '../pedidos.ts'
import { comoProblema } from './errors.ts'
import { contextoDe } from './inbound.ts'

/** The body may be left out. */
const corpoDeCancelamento = z
  .object({ motivo: campos.motivo.default(MOTIVO_PADRAO) })
  .nullish()
  .transform((corpo) => corpo ?? { motivo: MOTIVO_PADRAO })
const comId = z.object({ pedido_id: campos.idNoCaminho })

export interface PortaDePedidos {
  readonly atender: Atender
  readonly consultas: ConsultasDePedidos
  /** The open architectures; the first carries an order that names none. */
  readonly abertas: readonly NomeArquitetura[]
}

export function registrarPedidos(
  app: FastifyInstance,
  { atender, consultas, abertas }: PortaDePedidos,
): void {
  const tags = ['pedidos']

  async function comandar(
    requisicao: FastifyRequest,
    resposta: FastifyReply,
    comando: Comando,
  ): Promise<object> {
    const contexto = contextoDe(requisicao, abertas[0])
    const fim = await concluir(consultas, await atender(envelopar(comando, contexto), true))
    if ('emAndamento' in fim) {
      resposta.header('location', `/pedidos/${fim.emAndamento}`)
      return { ...comoProblema(resposta, fim.falha), pedido_id: fim.emAndamento }
    }
    const { pedido, repetido } = fim
    const feito = caracteristicas[contexto.arquitetura].replyIs === 'aceite' ? 202 : 201
    resposta.code(repetido ? 200 : feito).header('location', `/pedidos/${pedido.id}`)
    return pedido
  }

  app.post('/pedidos', {
    schema: {
      summary: 'Faz um pedido e responde com o seu fim, ou com o aceite',
      tags,
      body: corpoDePedido,
    },
    handler: async (requisicao, resposta) => {
      const chave = lerChave(requisicao.headers['idempotency-key'])
      const pedida = requisicao.headers['x-arquitetura']
      if (pedida !== undefined) exigirAberta(abertas, String(pedida))
      const corpo = requisicao.body as z.output<typeof corpoDePedido>
      return comandar(requisicao, resposta, comoCriarPedido(corpo, chave))
    },
  })

  app.post('/pedidos/:pedido_id/cancelar', {
    schema: { summary: 'Pede o cancelamento', tags, params: comId, body: corpoDeCancelamento },
    handler: async (requisicao, resposta) => {
      const pedido_id = (requisicao.params as z.output<typeof comId>).pedido_id as PedidoId
      const { motivo } = requisicao.body as z.output<typeof corpoDeCancelamento>
      const pedido = doPedido({ pedido_id })
      return comandar(requisicao, resposta, { ...pedido, tipo: 'SolicitarCancelamento', motivo })
    },
  })

  app.post('/pedidos/:pedido_id/entregar', {
    schema: { summary: 'Confirma a entrega', tags, params: comId },
    handler: async (requisicao, resposta) => {
      const pedido_id = (requisicao.params as z.output<typeof comId>).pedido_id as PedidoId
      return comandar(requisicao, resposta, { pedido_id, tipo: 'SolicitarEntrega' })
    },
  })
}
