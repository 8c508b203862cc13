// The way out over one long-lived stream per neighbour: requests and answers interleave on it, told
// apart by a number, and those of one turn of the event loop travel together. What was under way
// when a stream broke goes once more, with the same causa, on the next one.
import { type Client, type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { pausaDaRepeticaoMs } from '../politica.ts'
import { CANAL, MAIOR_LOTE, MAIOR_LOTE_BYTES, MAXIMO_EM_VOO } from './canal.ts'
import type { Chamada, Chamadas, Resposta, Respostas } from './gerado/comum.ts'

const MAIOR_FILA = 10_000
const MAIOR_ITEM_BYTES = 128 * 1024
/** Younger than the server lets a connection grow (start.ts), so that streams change in peace. */
const IDADE_MS = 300_000

type Pedida = Omit<Chamada, 'correlacao' | 'prazo_ms'>

interface Espera {
  readonly pedida: Pedida
  readonly prazo: number
  terminar(resposta: Resposta | Error): void
  reenviada: boolean
  terminada: boolean
}

/** One stream and what is under way on it. */
interface Tubo {
  readonly fluxo: ClientDuplexStream<Chamadas, Respostas>
  readonly emVoo: Map<number, Espera>
  readonly abertoEm: number
  cheio: boolean
}

export class CanalDeSaida implements Disposable {
  readonly #cliente: Client
  readonly #idadeMs: number
  readonly #tubos = new Set<Tubo>()
  #atual: Tubo | undefined
  #fila: Espera[] = []
  #correlacao = 0
  #agendado = false
  #fechado = false

  constructor(cliente: Client, idadeMs = IDADE_MS) {
    this.#cliente = cliente
    this.#idadeMs = idadeMs
  }

  /** Rejects with an ErroDeNegocio, or with UNIMPLEMENTED where the server knows no channel. */
  chamar(pedida: Pedida, restaMs: number): Promise<Resposta> {
    return new Promise((resolver, rejeitar) => {
      if (this.#fechado) return rejeitar(new ErroDeNegocio('encerrando'))
      if (this.#fila.length >= MAIOR_FILA) return rejeitar(new ErroDeNegocio('sobrecarregado'))
      // Refused by the server it would break the stream for all the others on it.
      if (pedida.corpo.length > MAIOR_ITEM_BYTES) {
        return rejeitar(new ErroDeNegocio('corpo_grande_demais'))
      }
      const espera: Espera = {
        pedida,
        prazo: Date.now() + restaMs,
        terminar(fim) {
          espera.terminada = true
          clearTimeout(relogio)
          if (fim instanceof Error) rejeitar(fim)
          else resolver(fim)
        },
        reenviada: false,
        terminada: false,
      }
      // Its place stays taken until the server is done with it: a server that is behind must not be
      // given more, to decide when nobody waits any longer (K9).
      const esgotar = () => espera.terminar(new ErroDeNegocio('prazo_esgotado'))
      const relogio = setTimeout(esgotar, restaMs)
      this.#fila.push(espera)
      this.#agendar()
    })
  }

  [Symbol.dispose](): void {
    this.#fechado = true
    for (const { fluxo } of this.#tubos) fluxo.cancel()
    this.#escoar()
  }

  /**
   * A batch that was committed together asks together: one message, and one batch for the next
   * service. Measured against a message each: half as many orders again, a tenth of the commits.
   */
  #agendar(): void {
    if (this.#agendado) return
    this.#agendado = true
    setImmediate(() => {
      this.#agendado = false
      this.#escoar()
    })
  }

  #escoar(): void {
    if (this.#fechado) {
      for (const espera of this.#fila.splice(0)) espera.terminar(new ErroDeNegocio('encerrando'))
    }
    while (this.#fila.length > 0) {
      const tubo = this.#tuboAtual()
      if (tubo.cheio) return
      const itens = this.#embarcar(tubo)
      if (itens.length === 0) return
      tubo.cheio = !tubo.fluxo.write({ itens })
    }
  }

  /** As many as there is room for on the stream and in one message. */
  #embarcar(tubo: Tubo): Chamada[] {
    const itens: Chamada[] = []
    let bytes = 0
    const cabe = () => itens.length < MAIOR_LOTE && bytes < MAIOR_LOTE_BYTES
    while (this.#fila.length > 0 && tubo.emVoo.size < MAXIMO_EM_VOO && cabe()) {
      const espera = this.#fila.shift()!
      if (espera.terminada) continue
      this.#correlacao = (this.#correlacao + 1) >>> 0
      const correlacao = this.#correlacao
      tubo.emVoo.set(correlacao, espera)
      const prazo_ms = Math.max(1, Math.floor(espera.prazo - Date.now()))
      itens.push({ ...espera.pedida, correlacao, prazo_ms })
      bytes += espera.pedida.corpo.length
    }
    return itens
  }

  #soltar(tubo: Tubo, correlacao: number): void {
    tubo.emVoo.delete(correlacao)
    if (tubo !== this.#atual && tubo.emVoo.size === 0) tubo.fluxo.end()
    if (this.#fila.length > 0) this.#agendar()
  }

  /** The stream that new requests go on; an aged one takes no more, and ends once it is empty. */
  #tuboAtual(): Tubo {
    const velho = this.#atual
    if (velho && Date.now() - velho.abertoEm <= this.#idadeMs) return velho
    this.#atual = this.#abrir()
    if (velho?.emVoo.size === 0) velho.fluxo.end()
    return this.#atual
  }

  #abrir(): Tubo {
    const { path, requestSerialize, responseDeserialize } = CANAL
    const fluxo = this.#cliente.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
    const tubo: Tubo = { fluxo, emVoo: new Map(), abertoEm: Date.now(), cheio: false }
    fluxo.on('data', ({ itens }: Respostas) => {
      for (const resposta of itens) {
        const espera = tubo.emVoo.get(resposta.correlacao)
        espera?.terminar(resposta)
        if (espera) this.#soltar(tubo, resposta.correlacao)
      }
    })
    fluxo.on('drain', () => {
      tubo.cheio = false
      this.#escoar()
    })
    fluxo.on('error', (erro: ServiceError) => this.#romper(tubo, erro))
    fluxo.on('end', () => this.#romper(tubo))
    this.#tubos.add(tubo)
    return tubo
  }

  /** Ended by the server or broken: what was under way goes on the next stream, once. */
  #romper(tubo: Tubo, erro?: ServiceError): void {
    if (!this.#tubos.delete(tubo)) return
    if (this.#atual === tubo) this.#atual = undefined
    const semCanal = erro?.code === status.UNIMPLEMENTED ? erro : undefined
    if (semCanal) for (const espera of this.#fila.splice(0)) espera.terminar(semCanal)
    const deNovo: Espera[] = []
    for (const espera of tubo.emVoo.values()) {
      if (semCanal || espera.reenviada) espera.terminar(semCanal ?? rompido(erro))
      else deNovo.push(espera)
    }
    for (const espera of deNovo) espera.reenviada = true
    const reenviar = () => {
      this.#fila.unshift(...deNovo)
      this.#escoar()
    }
    // Those that had not left yet wait for this too: nobody else would wake them.
    const haQuem = deNovo.length > 0 || this.#fila.length > 0
    if (haQuem) setTimeout(reenviar, pausaDaRepeticaoMs())
  }
}

/** Not an error of the connection any more: it has had its repeat. */
const rompido = (causa?: ServiceError): ErroDeNegocio =>
  new ErroDeNegocio('servico_indisponivel', 'O serviço não respondeu.', { causa })
