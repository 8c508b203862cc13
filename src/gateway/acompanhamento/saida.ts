// One stream of events, written to the HTTP response itself: it is never finished by Fastify, and
// what the reader has not taken yet is counted.
import type { FastifyReply } from 'fastify'

/** Of an orderly end: a reader that does not take the last bytes by then is cut off. */
const DESPEDIDA_MS = 1_000

export interface Saida {
  /** `aoSair` is called once the network has taken it, or will never take it. */
  escrever(texto: string, aoSair?: () => void): void
  /** Bytes that the network has not taken yet. */
  pendentes(): number
  /** What was written still goes out. */
  encerrar(): void
  /** At once: what was not sent is lost. */
  derrubar(): void
}
const CABECALHOS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // A proxy in front (nginx) must pass each event on at once.
  'x-accel-buffering': 'no',
} as const

/** Takes the reply over; what the hooks put on it so far goes out with the stream's own. */
export function abrirSaida(resposta: FastifyReply): Saida {
  const { raw } = resposta.hijack()
  // What it was for an answer in one piece is no limit for this one.
  raw.socket?.setTimeout(0)
  for (const [nome, valor] of Object.entries(resposta.getHeaders())) {
    if (valor !== undefined) raw.setHeader(nome, valor)
  }
  raw.writeHead(200, CABECALHOS)
  const aberta = () => !raw.destroyed && !raw.writableEnded
  return {
    escrever(texto, aoSair) {
      if (aberta()) raw.write(texto, aoSair)
    },
    pendentes: () => raw.writableLength,
    encerrar() {
      if (!aberta()) return
      const despedida = setTimeout(() => raw.destroy(), DESPEDIDA_MS)
      raw.once('close', () => clearTimeout(despedida))
      raw.end()
    },
    derrubar: () => void raw.destroy(),
  }
}
