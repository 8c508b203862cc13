// Arrives as a unary call: one method for each command that the service decides.
import type { handleUnaryCall, Server, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js'
import type { Comando } from '../../contratos/comandos.ts'
import { type Contexto, type Envelope, envelopar, rastreio } from '../../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { type Atender, arquiteturaDita } from '../arquitetura.ts'
import { lerCampos } from '../campos.ts'
import { deEstranho, type Enviavel, mensagemDe } from '../mensagens.ts'
import { MAIOR_PRAZO_MS } from '../politica.ts'
import { paraGrpc } from './errors.ts'
import { type Corpo, MAIOR_EM_FLOAT, type Metodo, metodosDe, semVazios } from './metodos.ts'
import { escreverTrilha } from './trilha.ts'

/** A request as it came, by a call of its own or on a stream. */
export interface Recebida {
  readonly corpo: Corpo
  readonly contexto: Contexto
  /** Absent when a stranger asks. */
  readonly seguir: boolean | undefined
  /** The architecture that the sender named, whatever that is. */
  readonly pedida: string | undefined
  /** What the sender calls the command: its natural name (K1), or it meant another. */
  readonly causa?: string
}

/** A method and what answers it; rejects with an ErroDeNegocio. */
export interface Porta {
  readonly metodo: Metodo
  atender(recebida: Recebida): Promise<Corpo>
}
/** By command. */
export type Portas = ReadonlyMap<string, Porta>

/** The commands of the flow that a service decides. */
export const portasDoFluxo = (nome: NomeServico, atender: Atender): Portas =>
  new Map(
    metodosDe(nome).map(([tipo, metodo]) => [
      tipo,
      { metodo, atender: (recebida) => tratar(atender, tipo, recebida) },
    ]),
  )

/** From the message to the answer, the same for a unary call and for an item of a stream. */
async function tratar(atender: Atender, tipo: Enviavel, recebida: Recebida): Promise<Corpo> {
  const { corpo, seguir } = recebida
  const comando = lerComando(tipo, corpo)
  const nosso = seguir !== undefined
  const envelope = envelopado(nosso ? comando : deEstranho(comando), recebida)
  const trilha = await atender(envelope, seguir === true)
  const primeiro = trilha.passos[0]
  if (!primeiro) throw trilha.falha ?? new ErroDeNegocio('defeito')
  const resposta = mensagemDe(tipo)?.responder(primeiro.evento as never)
  return { ...resposta, ...(nosso && { trilha: escreverTrilha(trilha) }) }
}

/** The deadline is read anew whenever it matters: who cancels waits no longer, and K9 drops it. */
export function envelopado(comando: Comando, { contexto, causa }: Recebida): Envelope {
  const envelope = envelopar(comando, contexto)
  if (causa !== undefined && causa !== envelope.causa) {
    throw new ErroDeNegocio('comando_divergente')
  }
  return {
    ...envelope,
    get prazo() {
      return contexto.prazo
    },
  }
}

function lerComando(tipo: Enviavel, corpo: Corpo): Comando {
  const { valor, ...presentes } = semVazios(corpo)
  const soFloat = typeof valor === 'number' && presentes.valor_centavos === undefined
  if (soFloat && Math.round(valor * 100) > MAIOR_EM_FLOAT) {
    const detalhe = 'valor: acima de R$ 131.071,99, informe valor_centavos'
    throw new ErroDeNegocio('campo_invalido', detalhe, { campo: 'valor' })
  }
  const esquema = mensagemDe(tipo)?.corpo
  if (!esquema) throw new ErroDeNegocio('operacao_nao_suportada')
  return lerCampos(esquema, soFloat ? { ...presentes, valor } : presentes)
}

/** One unary method for each door. */
export function registrarMetodos(servidor: Server, portas: Portas): void {
  const definicao: Record<string, Metodo> = {}
  const respostas: Record<string, handleUnaryCall<Corpo, Corpo>> = {}
  for (const [nome, { metodo, atender }] of portas) {
    definicao[nome] = protegido(metodo)
    respostas[nome] = unaria(atender)
  }
  servidor.addService(definicao, respostas)
}

/** A promise as grpc-js wants it: what it rejects with becomes a status. */
const unaria =
  (atender: Porta['atender']): handleUnaryCall<Corpo, Corpo> =>
  (chamada: ServerUnaryCall<Corpo, Corpo>, responder: sendUnaryData<Corpo>) => {
    const { request: corpo, metadata } = chamada
    if (corpo instanceof ErroDeNegocio) return responder(paraGrpc(corpo))
    const dito = metadata.get('x-seguir')[0]
    const pedida = metadata.get('x-arquitetura')[0]?.toString()
    const seguir = dito === undefined ? undefined : dito === '1'
    atender({ corpo, contexto: contextoDe(chamada), seguir, pedida }).then(
      (resposta) => responder(null, resposta),
      (lancado: unknown) => {
        const { pedido_id } = lancado as { pedido_id?: number }
        const extras = pedido_id === undefined ? {} : { 'pedido-id': String(pedido_id) }
        responder(paraGrpc(comoErro(lancado), extras))
      },
    )
  }

/**
 * grpc-js answers INTERNAL with the parser's own words to bytes that are no such message. Here they
 * become a request like any other, which `unaria` refuses.
 */
const protegido = (metodo: Metodo): Metodo => ({
  ...metodo,
  requestDeserialize: (bytes) => {
    try {
      return decodificar(metodo, bytes)
    } catch (erro) {
      return erro as unknown as Corpo
    }
  },
})

/** Throws `requisicao_invalida` for bytes that are no such message. */
export function decodificar(metodo: Metodo, bytes: Uint8Array): Corpo {
  try {
    return metodo.requestDeserialize(bytes as Buffer)
  } catch (causa) {
    const detalhe = 'A mensagem não pôde ser decodificada.'
    throw new ErroDeNegocio('requisicao_invalida', detalhe, { causa })
  }
}

/** Who asks, until when, and which trace this is. */
function contextoDe(chamada: ServerUnaryCall<unknown, unknown>): Contexto {
  const { metadata } = chamada
  const pedido = Number(chamada.getDeadline())
  const limite = Date.now() + MAIOR_PRAZO_MS
  const prazo = Number.isFinite(pedido) ? Math.min(pedido, limite) : undefined
  return {
    arquitetura: arquiteturaDita(metadata.get('x-arquitetura')[0]) ?? 'grpc',
    traceparent: rastreio(metadata.get('traceparent')[0]),
    get prazo() {
      return chamada.cancelled ? 0 : prazo
    },
  }
}
