// Arrives as a Fastify route: one POST for each command that the service decides.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Comando, destino } from '../../contratos/comandos.ts'
import { type Contexto, envelopar, rastreio } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeArquitetura, NomeServico } from '../../contratos/ids.ts'
import { type Atender, arquiteturaDita, type Trilha } from '../arquitetura.ts'
import { idNoCaminho } from '../campos.ts'
import { deEstranho, type Enviavel, type Mensagem, mensagens } from '../mensagens.ts'
import { MAIOR_PRAZO_MS } from '../politica.ts'
import { caminhoDe } from './caminhos.ts'
import { comoProblema } from './errors.ts'

export function registrarRotas(app: FastifyInstance, nome: NomeServico, atender: Atender): void {
  for (const [tipo, mensagem] of Object.entries(mensagens)) {
    const caminho = caminhoDe(tipo as Enviavel)
    if (destino[tipo as Enviavel] !== nome || !caminho) continue
    registrar(app, caminho, mensagem as unknown as Mensagem, nome, atender)
  }
}

function registrar(
  app: FastifyInstance,
  caminho: string,
  mensagem: Mensagem,
  nome: NomeServico,
  atender: Atender,
): void {
  const temId = caminho.includes(':pedido_id')
  app.post(caminho, {
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

/** Who asks, how long they wait, and which trace this belongs to; all optional for a stranger. */
export function contextoDe(
  { headers }: FastifyRequest,
  padrao: NomeArquitetura = 'rest',
): Contexto {
  const prazoMs = Number(headers['x-prazo-ms'])
  const comPrazo = Number.isFinite(prazoMs) && headers['x-prazo-ms'] !== undefined
  return {
    arquitetura: arquiteturaDita(headers['x-arquitetura']) ?? padrao,
    traceparent: rastreio(headers.traceparent),
    ...(comPrazo && { prazo: Date.now() + Math.min(Math.max(prazoMs, 0), MAIOR_PRAZO_MS) }),
  }
}
