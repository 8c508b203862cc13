// Arrives as a unary call: one method for each command that the service decides.
import type {
  handleUnaryCall,
  Server,
  ServerUnaryCall,
  ServiceDefinition,
  sendUnaryData,
} from '@grpc/grpc-js'
import type { Comando } from '../../contratos/comandos.ts'
import { type Contexto, type Envelope, envelopar, rastreio } from '../../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { type Atender, arquiteturaDita } from '../arquitetura.ts'
import { lerCampos } from '../campos.ts'
import { deEstranho, type Enviavel, mensagemDe } from '../mensagens.ts'
import { MAIOR_PRAZO_MS } from '../politica.ts'
import { paraGrpc } from './errors.ts'
import { type Corpo, type Metodo, metodosDe, semVazios } from './metodos.ts'
import { escreverTrilha } from './trilha.ts'

/** A request as it came; `seguir` is absent when a stranger asks. */
export interface Chamada {
  readonly tipo: Enviavel
  readonly corpo: Corpo
  readonly contexto: Contexto
  readonly seguir: boolean | undefined
  /** What the sender calls it: the command's natural name, or this is not the command it meant. */
  readonly causa?: string
}

/** From the message to the answer, the same for a unary call and for an item of a stream. */
export async function tratar(atender: Atender, chamada: Chamada): Promise<Corpo> {
  const { tipo, corpo, contexto, seguir } = chamada
  const comando = lerComando(tipo, corpo)
  const nosso = seguir !== undefined
  const envelope: Envelope = {
    ...envelopar(nosso ? comando : deEstranho(comando), contexto),
    get prazo() {
      return contexto.prazo
    },
  }
  if (chamada.causa !== undefined && chamada.causa !== envelope.causa) {
    throw new ErroDeNegocio('comando_divergente')
  }
  const trilha = await atender(envelope, seguir === true)
  const primeiro = trilha.passos[0]
  if (!primeiro) throw trilha.falha ?? new ErroDeNegocio('defeito')
  const resposta = mensagemDe(tipo)?.responder(primeiro.evento as never)
  return { ...resposta, ...(nosso && { trilha: escreverTrilha(trilha) }) }
}

/** A float is exact to the cent up to here; beyond it, what was meant cannot be known. */
const MAIOR_FLOAT = 131_071.995

function lerComando(tipo: Enviavel, corpo: Corpo): Comando {
  const { valor, ...presentes } = semVazios(corpo)
  const soFloat = typeof valor === 'number' && presentes.valor_centavos === undefined
  if (soFloat && valor > MAIOR_FLOAT) {
    const detalhe = 'valor: acima de R$ 131.071,99, informe valor_centavos'
    throw new ErroDeNegocio('campo_invalido', detalhe, { campo: 'valor' })
  }
  const esquema = mensagemDe(tipo)?.corpo
  if (!esquema) throw new ErroDeNegocio('operacao_nao_suportada')
  return lerCampos(esquema, soFloat ? { ...presentes, valor } : presentes)
}

export function registrarMetodos(servidor: Server, nome: NomeServico, atender: Atender): void {
  const definicao: Record<string, Metodo> = {}
  const portas: Record<string, handleUnaryCall<Corpo, Corpo>> = {}
  for (const [tipo, metodo] of metodosDe(nome)) {
    definicao[tipo] = metodo
    portas[tipo] = unaria((chamada) => {
      const seguir = chamada.metadata.get('x-seguir')[0]
      return tratar(atender, {
        ...{ tipo, corpo: chamada.request, contexto: contextoDe(chamada) },
        seguir: seguir === undefined ? undefined : seguir === '1',
      })
    })
  }
  servidor.addService(protegida(definicao), portas)
}

/** A promise as grpc-js wants it: what it rejects with becomes a status. */
export const unaria =
  <P, R>(atender: (chamada: ServerUnaryCall<P, R>) => Promise<R>): handleUnaryCall<P, R> =>
  (chamada: ServerUnaryCall<P, R>, responder: sendUnaryData<R>) => {
    if (chamada.request instanceof ErroDeNegocio) return responder(paraGrpc(chamada.request))
    atender(chamada).then(
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
export function protegida<D extends ServiceDefinition | Record<string, unknown>>(definicao: D): D {
  const metodos = Object.entries(definicao as Record<string, Metodo>).map(([nome, metodo]) => {
    const requestDeserialize = (bytes: Buffer): Corpo => {
      try {
        return metodo.requestDeserialize(bytes)
      } catch (causa) {
        const detalhe = 'A mensagem não pôde ser decodificada.'
        return new ErroDeNegocio('requisicao_invalida', detalhe, { causa }) as unknown as Corpo
      }
    }
    return [nome, { ...metodo, requestDeserialize }]
  })
  return Object.fromEntries(metodos) as D
}

/** Who asks, until when, and which trace this is. Who cancels waits no longer: K9 drops it. */
export function contextoDe(chamada: ServerUnaryCall<unknown, unknown>): Contexto {
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
