// The doors that only pedidos has: an order is made here, cancelled, confirmed, walked on.
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { type Comando, doPedido } from '../../contratos/comandos.ts'
import { envelopar } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { PedidoId } from '../../contratos/ids.ts'
import type { ConsultasDePedidos, PedidoVisivel } from '../../servicos/pedidos/consultas.ts'
import type { Atender, Trilha } from '../arquitetura.ts'
import * as campos from './campos.ts'
import { comoProblema } from './errors.ts'
import { contextoDe } from './inbound.ts'

/** Any text a client may use to name its attempt, of a bounded length and printable. */
export const chaveDeIdempotencia = z.string().regex(/^[\x21-\x7e]{1,128}$/)

export const corpoDePedido = z.object({
  cliente_id: campos.clienteId,
  itens: campos.itens,
  metodo: campos.metodo,
  total_esperado_centavos: campos.centavos.optional(),
  chave_simulacao: campos.chaveDeSimulacao.optional(),
})
const CANCELADO = { motivo: 'cancelado_pelo_cliente' }
/** The body may be left out. */
const corpoDeCancelamento = z
  .object({ motivo: campos.motivo.default(CANCELADO.motivo) })
  .nullish()
  .transform((corpo) => corpo ?? CANCELADO)
const comId = z.object({ pedido_id: campos.idNoCaminho })

export function registrarPedidos(
  app: FastifyInstance,
  atender: Atender,
  consultas: ConsultasDePedidos,
): void {
  const tags = ['pedidos']

  /** The order as it is after the walk: its end, or that it is still under way. */
  async function responder(resposta: FastifyReply, { passos, falha }: Trilha): Promise<unknown> {
    const primeiro = passos[0]
    if (!primeiro) throw falha ?? new ErroDeNegocio('defeito')
    const id = primeiro.evento.pedido_id
    const pedido = await consultas.pedido(id)
    const recusa = passos.find(({ evento }) => evento.tipo === 'CancelamentoRecusado')
    if (recusa?.evento.tipo === 'CancelamentoRecusado') throw recusado(recusa.evento.motivo, pedido)
    if (falha) return emAndamento(resposta, id, falha)
    resposta.code(primeiro.repetido ? 200 : 201).header('location', `/pedidos/${id}`)
    return pedido
  }

  app.post('/pedidos', {
    schema: { summary: 'Faz um pedido e espera o seu fim', tags, body: corpoDePedido },
    handler: async (requisicao, resposta) => {
      const chave = lerChave(requisicao.headers['idempotency-key'])
      const { total_esperado_centavos, chave_simulacao, ...corpo } = requisicao.body as z.output<
        typeof corpoDePedido
      >
      const comando: Comando = {
        ...corpo,
        tipo: 'CriarPedido',
        chave,
        ...(total_esperado_centavos !== undefined && { total_esperado_centavos }),
        ...(chave_simulacao !== undefined && { chave_simulacao }),
      }
      const trilha = await atender(envelopar(comando, contextoDe(requisicao)), true)
      return responder(resposta, trilha)
    },
  })

  app.post('/pedidos/:pedido_id/cancelar', {
    schema: { summary: 'Pede o cancelamento', tags, params: comId, body: corpoDeCancelamento },
    handler: async (requisicao, resposta) => {
      const pedido_id = (requisicao.params as z.output<typeof comId>).pedido_id as PedidoId
      const { motivo } = requisicao.body as z.output<typeof corpoDeCancelamento>
      const comando: Comando = { ...doPedido({ pedido_id }), tipo: 'SolicitarCancelamento', motivo }
      const trilha = await atender(envelopar(comando, contextoDe(requisicao)), true)
      return responder(resposta, trilha)
    },
  })

  app.post('/pedidos/:pedido_id/entregar', {
    schema: { summary: 'Confirma a entrega', tags, params: comId },
    handler: async (requisicao, resposta) => {
      const pedido_id = (requisicao.params as z.output<typeof comId>).pedido_id as PedidoId
      const comando: Comando = { pedido_id, tipo: 'SolicitarEntrega' }
      const trilha = await atender(envelopar(comando, contextoDe(requisicao)), true)
      return responder(resposta, trilha)
    },
  })
}

function lerChave(cabecalho: unknown): string {
  const chave = chaveDeIdempotencia.safeParse(cabecalho)
  if (chave.success) return chave.data
  const malFeita =
    'A Idempotency-Key deve ter de 1 a 128 caracteres visíveis, sem acento nem espaço.'
  throw new ErroDeNegocio(
    'chave_de_idempotencia_ausente',
    cabecalho === undefined ? undefined : malFeita,
  )
}

function recusado(motivo: string, pedido: PedidoVisivel | undefined): ErroDeNegocio {
  if (motivo === 'pedido_ja_enviado') return new ErroDeNegocio('pedido_ja_enviado')
  return new ErroDeNegocio('pedido_encerrado', `O pedido já terminou: ${pedido?.status}.`)
}

function emAndamento(resposta: FastifyReply, id: PedidoId, falha: ErroDeNegocio): object {
  const detalhe = falha.canRetry
    ? `O pedido ${id} foi aceito e será concluído; consulte-o em /pedidos/${id}.`
    : `O pedido ${id} foi aceito e espera por uma pessoa (${falha.codigo}).`
  resposta.header('location', `/pedidos/${id}`)
  const problema = comoProblema(resposta, new ErroDeNegocio('pedido_em_andamento', detalhe))
  return { ...problema, pedido_id: id }
}
