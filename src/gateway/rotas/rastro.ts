// Every step of one order, read from the logs of all services and put in the order it happened.
import type { FastifyInstance } from 'fastify'
import { destino, type TipoComando } from '../../contratos/comandos.ts'
import type { Evento, EventoGravado, TipoEvento } from '../../contratos/eventos.ts'
import { fluxo } from '../../contratos/fluxo.ts'
import type { Instante, NomeServico, PedidoId } from '../../contratos/ids.ts'
import type { LugarDaMensagem } from '../../contratos/mensagens_auditadas.ts'
import { pedidoDe } from '../acesso/autorizacao.ts'
import * as respostas from '../respostas.ts'
import type { Servicos } from '../servicos.ts'
import { comPedido } from './consultas.ts'
import { comMensagens, lerMensagens } from './mensagens_do_rastro.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './partes.ts'

export interface PassoDoRastro {
  readonly servico: NomeServico
  readonly evento: TipoEvento
  readonly comando?: TipoComando
  readonly instante: Instante
  readonly causa: string
  readonly arquitetura: string
  /** Since the first step. */
  readonly ms: number
  readonly dados: Readonly<Record<string, unknown>>
  /** On the topics, those that tell of it; absent when monitoramento does not answer in time. */
  readonly mensagens?: readonly LugarDaMensagem[]
}
export interface Rastro {
  readonly pedido_id: PedidoId
  readonly passos: readonly PassoDoRastro[]
  /** Services that did not answer now: their steps are missing. */
  readonly indisponiveis: readonly NomeServico[]
  /** Those that tell of no step above. */
  readonly outras_mensagens?: readonly LugarDaMensagem[]
}
export interface Diario {
  readonly servico: NomeServico
  readonly eventos: readonly EventoGravado[]
}

export function registrarRastro(rotas: FastifyInstance, { servicos, presentes }: Partes): void {
  rotas.get('/pedidos/:pedido_id/rastro', {
    config: { acao: 'ver_rastro' },
    schema: {
      summary: 'O rastro de um pedido',
      description:
        'Cada passo, por qualquer arquitetura, lido agora dos diários dos serviços, com as ' +
        'mensagens que o contam nos tópicos.',
      tags: ['pedidos'],
      params: comPedido,
      response: { 200: respostas.rastro },
    },
    handler: async (requisicao): Promise<Rastro> => {
      const { id } = pedidoDe(requisicao)
      const { traceparent } = requisicao
      const mensagens = lerMensagens(servicos, id, traceparent)
      const diarios = await Promise.all(
        presentes.map(async (servico) => ({
          servico,
          eventos: await lerDiario(servicos, servico, id, traceparent),
        })),
      )
      const lidos = diarios.filter((diario): diario is Diario => diario.eventos !== undefined)
      const indisponiveis = diarios.filter(({ eventos }) => !eventos).map(({ servico }) => servico)
      const passos = montarRastro(lidos)
      return { pedido_id: id, ...comMensagens(passos, await mensagens), indisponiveis }
    },
  })
}

/** `undefined` when the service does not answer, or keeps no such log (one written elsewhere). */
async function lerDiario(
  servicos: Servicos,
  servico: NomeServico,
  id: PedidoId,
  traceparent: string,
): Promise<readonly EventoGravado[] | undefined> {
  try {
    const { status, texto } = await servicos.pedir(servico, {
      metodo: 'GET',
      caminho: `/interno/eventos?pedido=${id}`,
      cabecalhos: { traceparent },
      esperaMs: ESPERA_DA_LEITURA_MS,
    })
    const lido: unknown = status === 200 ? JSON.parse(texto) : undefined
    return Array.isArray(lido) ? lido.filter(ehEvento) : undefined
  } catch {
    return undefined
  }
}

const ehEvento = (linha: Partial<EventoGravado> | null): linha is EventoGravado => {
  const evento = linha?.evento as Partial<Evento> | undefined
  return typeof linha?.causa === 'string' && typeof evento?.tipo === 'string'
}

/** By instant; within a millisecond, by the order of the flow's table, then of the log. */
export function montarRastro(diarios: readonly Diario[]): PassoDoRastro[] {
  const linhas = diarios.flatMap(({ servico, eventos }) =>
    eventos.map((gravado) => ({ servico, gravado, ...lerCausa(gravado) })),
  )
  linhas.sort((a, b) => {
    const [de, ate] = [Date.parse(a.gravado.instante), Date.parse(b.gravado.instante)]
    return de - ate || a.posto - b.posto || a.gravado.id - b.gravado.id
  })
  const primeiro = Date.parse(linhas[0]?.gravado.instante ?? '')
  return linhas.map(({ servico, gravado, comando }) => {
    const { evento, instante, causa, arquitetura } = gravado
    const { tipo, pedido_id: _, ...dados } = evento
    const ms = Date.parse(instante) - primeiro
    const quem = { servico, evento: tipo, ...(comando && { comando }) }
    return { ...quem, instante, causa, arquitetura, ms, dados }
  })
}

const ORDEM = Object.keys(fluxo)

/** What the command was, and its place in the flow: a status step comes right after its cause. */
function lerCausa({ causa, evento }: EventoGravado): { posto: number; comando?: TipoComando } {
  const [dono, nome = '', detalhe = ''] = causa.split('/')
  const palavra = dono === 'cliente' ? 'CriarPedido' : nome
  const comando = Object.hasOwn(destino, palavra) ? (palavra as TipoComando) : undefined
  const posto = comando === 'Registrar' ? ORDEM.indexOf(detalhe) + 0.5 : ORDEM.indexOf(evento.tipo)
  return { posto, ...(comando && { comando }) }
}
