// Arrives as an item of a stream that another of our services keeps open: each item is a whole
// unary call, with its own deadline and its own error, and goes through the same door.
import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js'
import { type Contexto, rastreio } from '../../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../../contratos/errors.ts'
import { arquiteturaDita } from '../arquitetura.ts'
import { MAIOR_PRAZO_MS } from '../politica.ts'
import { CANAL, MAIOR_LOTE, MAIOR_LOTE_BYTES, MAXIMO_EM_VOO } from './canal.ts'
import { paraFalha } from './errors.ts'
import type { Chamada, Chamadas, Resposta, Respostas } from './gerado/comum.ts'
import { decodificar, type Portas } from './inbound.ts'

type Fluxo = ServerDuplexStream<Chamadas, Respostas>

/** Disposed, it reads no more, answers what it has read, and ends every stream. */
export function registrarCanal(servidor: Server, portas: Portas): AsyncDisposable {
  const abertos = new Set<{ encerrar(): Promise<void> }>()

  async function responder(chamada: Chamada, fluxo: Fluxo): Promise<Resposta> {
    const { correlacao, comando, corpo: bytes, causa, seguir, arquitetura: pedida } = chamada
    try {
      const porta = portas.get(comando)
      if (!porta) throw new ErroDeNegocio('operacao_nao_suportada')
      const corpo = decodificar(porta.metodo, bytes)
      const contexto = contextoDe(chamada, fluxo)
      const resposta = await porta.atender({ corpo, contexto, seguir, pedida, causa })
      return { correlacao, corpo: porta.metodo.responseSerialize(resposta) }
    } catch (erro) {
      return { correlacao, corpo: VAZIO, falha: paraFalha(comoErro(erro)) }
    }
  }

  servidor.addService(
    { abrir: CANAL },
    {
      abrir(fluxo: Fluxo) {
        const aberto = conduzir(fluxo, (chamada) => responder(chamada, fluxo))
        abertos.add(aberto)
        fluxo.once('close', () => abertos.delete(aberto))
      },
    },
  )
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([...abertos].map((aberto) => aberto.encerrar()))
    },
  }
}

const VAZIO = Buffer.alloc(0)

/** Split so that a message stays far below what a client takes (outbound.ts). */
function* emLotes(respostas: readonly Resposta[]): Generator<Resposta[]> {
  let lote: Resposta[] = []
  let bytes = 0
  for (const resposta of respostas) {
    lote.push(resposta)
    bytes += resposta.corpo.length
    if (lote.length < MAIOR_LOTE && bytes < MAIOR_LOTE_BYTES) continue
    yield lote
    lote = []
    bytes = 0
  }
  if (lote.length > 0) yield lote
}

/** Reads while there is room for what comes, and while the other side takes the answers. */
function conduzir(fluxo: Fluxo, responder: (chamada: Chamada) => Promise<Resposta>) {
  let emVoo = 0
  let cheio = false
  let acabou = false
  let aoEsvaziar = () => {}
  const regular = () => {
    if (acabou && emVoo === 0) {
      // What still comes would be decided and could not be answered.
      fluxo.pause()
      fluxo.end()
      aoEsvaziar()
    } else if (acabou || cheio || emVoo >= MAXIMO_EM_VOO) {
      fluxo.pause()
    } else {
      fluxo.resume()
    }
  }
  let prontas: Resposta[] = []
  /** What was committed together is answered together. */
  const enviar = () => {
    emVoo -= prontas.length
    for (const itens of emLotes(prontas)) {
      if (!fluxo.cancelled && !fluxo.write({ itens })) cheio = true
    }
    prontas = []
    regular()
  }
  fluxo.on('data', ({ itens }: Chamadas) => {
    if (itens.length > MAIOR_LOTE) {
      fluxo.emit('error', { code: status.INVALID_ARGUMENT, details: 'Mensagem com itens demais.' })
      return
    }
    emVoo += itens.length
    if (emVoo >= MAXIMO_EM_VOO) regular()
    for (const chamada of itens) {
      responder(chamada).then((resposta) => {
        if (prontas.push(resposta) === 1) setImmediate(enviar)
      })
    }
  })
  fluxo.on('drain', () => {
    cheio = false
    regular()
  })
  const parar = () => {
    acabou = true
    regular()
  }
  fluxo.on('end', parar)
  fluxo.on('error', parar)
  return {
    async encerrar() {
      const esvaziou = new Promise<void>((resolver) => {
        aoEsvaziar = resolver
        // Cut: nobody hears what is still under way.
        fluxo.once('close', resolver)
      })
      parar()
      await esvaziou
    },
  }
}

/** Whoever broke the stream waits for none of its answers. */
function contextoDe({ prazo_ms, traceparent, arquitetura }: Chamada, fluxo: Fluxo): Contexto {
  const prazo = Date.now() + Math.min(prazo_ms, MAIOR_PRAZO_MS)
  return {
    arquitetura: arquiteturaDita(arquitetura) ?? 'grpc',
    traceparent: rastreio(traceparent),
    get prazo() {
      return fluxo.cancelled ? 0 : prazo
    },
  }
}
