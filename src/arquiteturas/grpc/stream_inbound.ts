// Arrives as an item of a stream that another of our services keeps open: each item is a whole
// unary call, with its own deadline and its own error, and goes through the same door.
import type { Server, ServerDuplexStream } from '@grpc/grpc-js'
import { type Contexto, rastreio } from '../../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../../contratos/errors.ts'
import { arquiteturaDita } from '../arquitetura.ts'
import { MAIOR_PRAZO_MS } from '../politica.ts'
import { paraFalha } from './errors.ts'
import { CanalService, type Chamada, type Resposta } from './gerado/comum.ts'
import { decodificar, type Portas } from './inbound.ts'
import { MAXIMO_EM_VOO } from './stream_outbound.ts'

type Fluxo = ServerDuplexStream<Chamada, Resposta>

/** Disposed, it reads no more, answers what it has read, and ends every stream. */
export function registrarCanal(servidor: Server, portas: Portas): AsyncDisposable {
  const abertos = new Set<{ encerrar(): Promise<void> }>()

  async function responder(chamada: Chamada, fluxo: Fluxo): Promise<Resposta> {
    const { correlacao, comando, corpo: bytes, causa, seguir } = chamada
    try {
      const porta = portas.get(comando)
      if (!porta) throw new ErroDeNegocio('operacao_nao_suportada')
      const corpo = decodificar(porta.metodo, bytes)
      const contexto = contextoDe(chamada, fluxo)
      const resposta = await porta.atender({ corpo, contexto, seguir, causa })
      return { correlacao, corpo: porta.metodo.responseSerialize(resposta) }
    } catch (erro) {
      return { correlacao, corpo: VAZIO, falha: paraFalha(comoErro(erro)) }
    }
  }

  servidor.addService(CanalService, {
    abrir(fluxo: Fluxo) {
      const aberto = conduzir(fluxo, (chamada) => responder(chamada, fluxo))
      abertos.add(aberto)
      fluxo.once('close', () => abertos.delete(aberto))
    },
  })
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([...abertos].map((aberto) => aberto.encerrar()))
    },
  }
}

const VAZIO = Buffer.alloc(0)

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
  fluxo.on('data', async (chamada: Chamada) => {
    emVoo += 1
    if (emVoo >= MAXIMO_EM_VOO) regular()
    const resposta = await responder(chamada)
    emVoo -= 1
    if (!fluxo.cancelled && !fluxo.write(resposta)) cheio = true
    regular()
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
