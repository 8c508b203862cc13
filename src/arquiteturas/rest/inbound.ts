// Arrives as a Fastify route: one POST for each command that the service decides.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Comando, destino } from '../../contratos/comandos.ts'
import { type Contexto, envelopar, rastreio } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { ARQUITETURAS, type NomeServico } from '../../contratos/ids.ts'
import { type Atender, caracteristicas, type Trilha } from '../arquitetura.ts'
import { idNoCaminho } from './campos.ts'
import { comoProblema } from './errors.ts'
import { type Enviavel, type Mensagem, mensagens } from './mensagens.ts'

export function registrarRotas(app: FastifyInstance, nome: NomeServico, atender: Atender): void {
  for (const [tipo, mensagem] of Object.entries(mensagens)) {
    if (destino[tipo as Enviavel] !== nome) continue
    registrar(app, mensagem as unknown as Mensagem, nome, atender)
  }
}

function registrar(
  app: FastifyInstance,
  mensagem: Mensagem,
  nome: NomeServico,
  atender: Atender,
): void {
  const temId = mensagem.caminho.includes(':pedido_id')
  app.post(mensagem.caminho, {
    schema: { summary: mensagem.resumo, tags: [nome], body: mensagem.corpo },
    ...(temId && { preValidation: juntarId }),
    handler: async (requisicao, resposta) => {
      const seguir = requisicao.headers['x-seguir']
      const comando = requisicao.body as Comando
      const envelope = envelopar(seguir ? comando : deEstranho(comando), contextoDe(requisicao))
      const trilha = await atender(envelope, seguir === '1')
      return responder(resposta, mensagem, trilha, seguir !== undefined)
    },
  })
}

/** Of a stranger's payment only the amount is believed: what was bought is for pedidos to say. */
function deEstranho(comando: Comando): Comando {
  if (comando.tipo !== 'AutorizarPagamento') return comando
  const { itens: _, ...semItens } = comando
  return semItens
}

/** The path names the order, the body the rest: they are read as one. */
async function juntarId(requisicao: FastifyRequest): Promise<void> {
  const id = idNoCaminho.safeParse((requisicao.params as { pedido_id: string }).pedido_id)
  if (!id.success) {
    const detalhe = 'pedido_id: deve ser um número de pedido'
    throw new ErroDeNegocio('campo_invalido', detalhe, { campo: 'pedido_id' })
  }
  const corpo = requisicao.body ?? {}
  // Anything but an object is left as it is: the schema says what is wrong with it.
  if (typeof corpo === 'object' && !Array.isArray(corpo)) {
    requisicao.body = { ...corpo, pedido_id: id.data }
  }
}

/** First time 201, repeat 200 with the same body; our own callers also get the trail. */
function responder(
  resposta: FastifyReply,
  mensagem: Mensagem,
  { passos, falha }: Trilha,
  comEventos: boolean,
): object {
  const primeiro = passos[0]
  if (!primeiro) throw falha ?? new ErroDeNegocio('defeito')
  const eventos = comEventos ? { eventos: passos } : {}
  if (falha && comEventos) return { ...comoProblema(resposta, falha), ...eventos }
  resposta.code(primeiro.repetido ? 200 : 201)
  return { ...mensagem.responder(primeiro.evento as never), ...eventos }
}

const PUBLICAS = ARQUITETURAS.filter((nome) => caracteristicas[nome].publica)
const MAIOR_PRAZO_MS = 120_000

/** Who asks, how long they wait, and which trace this belongs to; all optional for a stranger. */
export function contextoDe({ headers }: FastifyRequest): Contexto {
  const prazoMs = Number(headers['x-prazo-ms'])
  const arquitetura = PUBLICAS.find((a) => a === headers['x-arquitetura']) ?? 'rest'
  const comPrazo = Number.isFinite(prazoMs) && headers['x-prazo-ms'] !== undefined
  return {
    arquitetura,
    traceparent: rastreio(headers.traceparent),
    ...(comPrazo && { prazo: Date.now() + Math.min(Math.max(prazoMs, 0), MAIOR_PRAZO_MS) }),
  }
}
