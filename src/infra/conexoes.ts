// The two kinds of HTTP server that a process opens, each with every limit of a connection, and
// what they answer to bytes that never become a request: problem+json too, and that is the end.
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { PROBLEMA, paraHttp } from '../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { ehLoopback } from './loopback.ts'

/** Of one process and one port; those beyond are cut before they say anything. */
const MAIOR_NUMERO_DE_CONEXOES = 5_000
/** Of those, by one remote address. */
export const MAIOR_NUMERO_POR_ENDERECO = 1_000
/** A connection is renewed now and then, so that none belongs to anybody. */
const REQUISICOES_POR_CONEXAO = 100_000
const MAIOR_CABECALHO_BYTES = 16 * 1024
const MAIOR_NUMERO_DE_CABECALHOS = 100
/** A thousand products asked for by number are 7 KB. */
export const MAIOR_ENDERECO = 8 * 1024
/** What comes slower than this is cut: at most one interval of checking later. */
const ESPERA_DOS_CABECALHOS_MS = 8_000
const ESPERA_DA_REQUISICAO_MS = 12_000
const ENTRE_CONFERENCIAS_MS = 2_000
/** Longer than the 60 s after which the usual load balancers let an idle connection go. */
const ESPERA_ENTRE_REQUISICOES_MS = 72_000
/** Whoever takes no byte of the answer for so long is cut. */
export const ESPERA_DO_LEITOR_MS = 15_000
const ESPERA_DO_TLS_MS = 8_000
/** Time for the client to read why, while what it still sends is thrown away. */
const DESPEDIDA_MS = 1_000

const OPCOES = {
  maxHeaderSize: MAIOR_CABECALHO_BYTES,
  headersTimeout: ESPERA_DOS_CABECALHOS_MS,
  requestTimeout: ESPERA_DA_REQUISICAO_MS,
  connectionsCheckingInterval: ENTRE_CONFERENCIAS_MS,
  keepAliveTimeout: ESPERA_ENTRE_REQUISICOES_MS,
  // Its own refusal has no body: ours (servidor_http.ts) is a problem like any other.
  requireHostHeader: false,
} as const

/** PEM. */
export interface Certificado {
  readonly cert: string
  readonly key: string
}

export const servidorHttp = (atender: RequestListener): Server =>
  limitar(createServer(OPCOES, atender))

/** Its requests and its broken connections are for the caller to take. */
export const servidorHttps = ({ cert, key }: Certificado): Server =>
  limitar(
    createHttpsServer({
      ...OPCOES,
      cert,
      key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: ESPERA_DO_TLS_MS,
    }),
  )

function limitar(servidor: Server): Server {
  servidor.maxConnections = MAIOR_NUMERO_DE_CONEXOES
  servidor.maxHeadersCount = MAIOR_NUMERO_DE_CABECALHOS
  servidor.maxRequestsPerSocket = REQUISICOES_POR_CONEXAO
  servidor.on('connection', limitarPorEndereco())
  servidor.prependListener('request', ({ socket }, resposta) => ultimas.set(socket, resposta))
  // An expectation that we do not know may be passed over (RFC 9110, 10.1.1).
  servidor.on('checkExpectation', (requisicao, resposta) =>
    servidor.emit('request', requisicao, resposta),
  )
  servidor.on('connect', (_requisicao, socket) =>
    despedir(socket, new ErroDeNegocio('metodo_nao_permitido')),
  )
  return servidor
}

/**
 * For each connection of one server. This machine's own addresses are exempt: behind them are the
 * laboratory, and proxies with a connection for each of their clients.
 */
function limitarPorEndereco() {
  // No more entries than the server has connections: each goes with the last one of its address.
  const abertas = new Map<string, number>()
  return (socket: Socket): void => {
    const { remoteAddress: endereco } = socket
    // Who has left already has no address.
    if (endereco === undefined || ehLoopback(endereco)) return
    const antes = abertas.get(endereco) ?? 0
    if (antes >= MAIOR_NUMERO_POR_ENDERECO) {
      socket.destroy()
      return
    }
    abertas.set(endereco, antes + 1)
    socket.once('close', () => {
      const restam = (abertas.get(endereco) ?? 0) - 1
      if (restam > 0) abertas.set(endereco, restam)
      else abertas.delete(endereco)
    })
  }
}

/** The answer to the last request that a connection brought. */
const ultimas = new WeakMap<Duplex, ServerResponse>()
const despedidas = new WeakSet<Duplex>()

/** What Node reports as `clientError`: bytes that are no HTTP, too long or too slow. */
export function aoErrarAConexao(lancado: Error, socket: Duplex): void {
  if (despedidas.has(socket)) return
  const erro = doParser(lancado)
  const ultima = ultimas.get(socket)
  const emCurso = ultima && !ultima.writableFinished ? ultima : undefined
  if (!erro || !socket.writable) {
    socket.destroy()
  } else if (emCurso?.req.complete) {
    // What is wrong came after a good request, whose answer goes out first, and is the last.
    emCurso.shouldKeepAlive = false
    emCurso.once('finish', () => socket.end())
  } else if (!emCurso || (emCurso.socket === socket && !emCurso.headersSent)) {
    despedir(socket, erro)
  } else {
    // Broken off behind another that is still being answered: words now would be taken for its own.
    socket.destroy()
  }
}

function doParser({ code = '' }: NodeJS.ErrnoException): ErroDeNegocio | undefined {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ErroDeNegocio('cabecalhos_grandes_demais')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ErroDeNegocio('corpo_grande_demais')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ErroDeNegocio('requisicao_lenta')
    default:
      return code.startsWith('HPE_') ? new ErroDeNegocio('requisicao_invalida') : undefined
  }
}

function despedir(socket: Duplex, erro: ErroDeNegocio): void {
  despedidas.add(socket)
  const corpo = JSON.stringify(paraHttp(erro))
  const cabecalhos = [
    `HTTP/1.1 ${erro.status} ${STATUS_CODES[erro.status]}`,
    `content-type: ${PROBLEMA}`,
    `content-length: ${Buffer.byteLength(corpo)}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
  ]
  socket.on('error', () => undefined)
  socket.end(`${cabecalhos.join('\r\n')}\r\n\r\n${corpo}`)
  setTimeout(() => socket.destroy(), DESPEDIDA_MS).unref()
}
