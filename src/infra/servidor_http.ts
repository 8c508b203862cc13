// The HTTP server of every process: one body parser, one error format, one OpenAPI document.
import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import swagger from '@fastify/swagger'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { campoInvalido } from '../arquiteturas/campos.ts'
import { comoProblema } from '../arquiteturas/rest/errors.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { aceita } from './accept.ts'
import { aoErrarAConexao, ESPERA_DO_LEITOR_MS, MAIOR_ENDERECO, servidorHttp } from './conexoes.ts'
import { lerSoJson, MAIOR_CORPO_BYTES } from './corpo_json.ts'
import { hospedeiroDe, recusarSeAlheio } from './enderecos.ts'
import { anotarMetodos } from './metodos_http.ts'
import { validarEmPortugues } from './validacao.ts'

export interface OpcoesDoServidor {
  readonly titulo: string
  readonly descricao: string
  /** Told of each error that is ours (500), which the reply does not explain. */
  readonly aoErrar: (erro: ErroDeNegocio, rota: string) => void
  readonly ignorarMaiusculas?: boolean
  /** Addresses and ranges of those whose `X-Forwarded-For` is believed. */
  readonly proxiesConfiaveis?: readonly string[]
  /** Stands before everything else, and may answer in place of what it is given. */
  readonly receber?: (atender: RequestListener) => RequestListener
  /** Another server for the same application, closed with it: the one for HTTPS. */
  readonly outraPorta?: Server | undefined
}

/** Unless a route says otherwise by `schema.produces`. */
const PRODUZ = ['application/json'] as const
/** What is sent bit by bit, and cares for its own readers. */
const AOS_POUCOS = /^text\/event-stream/

export function criarServidor(opcoes: OpcoesDoServidor): FastifyInstance {
  validarEmPortugues()
  const { ignorarMaiusculas = false, proxiesConfiaveis = [], outraPorta } = opcoes
  const receber = opcoes.receber ?? ((atender) => atender)
  const app = Fastify({
    bodyLimit: MAIOR_CORPO_BYTES,
    trustProxy: proxiesConfiaveis.length > 0 && [...proxiesConfiaveis],
    forceCloseConnections: 'idle',
    // While draining, what still comes in is served; its connection is not kept.
    return503OnClosing: false,
    routerOptions: { caseSensitive: !ignorarMaiusculas, maxParamLength: 200 },
    frameworkErrors: (erro, _requisicao, resposta) => responderErro(resposta, deFastify(erro)),
    serverFactory: (atender) => servidorHttp(receber(atender)),
    clientErrorHandler: aoErrarAConexao,
  })
  if (outraPorta) {
    // Whoever listens to the first hears the second: hooks, headers and limits are the same.
    outraPorta.on('request', (requisicao, resposta) =>
      app.server.emit('request', requisicao, resposta),
    )
    outraPorta.on('clientError', aoErrarAConexao)
  }
  soltarAoEncerrar(app, outraPorta)
  app.setValidatorCompiler(validatorCompiler)
  // Response schemas are documentation here; the tests hold the replies equal to them.
  app.setSerializerCompiler(() => JSON.stringify)
  lerSoJson(app)
  conferirCabecalhos(app)
  app.setErrorHandler<FastifyError>((lancado, requisicao, resposta) => {
    const erro = deFastify(lancado)
    if (erro.status === 500) opcoes.aoErrar(erro, requisicao.routeOptions.url ?? '')
    return responderErro(resposta, erro)
  })
  const metodosDe = anotarMetodos(app, ignorarMaiusculas)
  app.setNotFoundHandler((requisicao, resposta) => {
    const metodos = metodosDe(requisicao.url)
    if (metodos.length === 0) return responderErro(resposta, new ErroDeNegocio('nao_encontrado'))
    resposta.header('allow', metodos.join(', '))
    if (requisicao.method === 'OPTIONS') return resposta.code(204).send()
    return responderErro(resposta, new ErroDeNegocio('metodo_nao_permitido'))
  })
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: opcoes.titulo, description: opcoes.descricao, version: '0.1.0' },
    },
    transform: jsonSchemaTransform,
  })
  app.register(async (rotas) => {
    rotas.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  })
  return app
}

/** Before anything else is done: what no route of ours could take, or answer in. */
function conferirCabecalhos(app: FastifyInstance): void {
  app.addHook('onRequest', (requisicao, _resposta, feito) => feito(recusar(requisicao)))
  app.addHook('onSend', (_requisicao, resposta, corpo, feito) => {
    const tipo = String(resposta.getHeader('content-type'))
    if (!AOS_POUCOS.test(tipo)) resposta.raw.socket?.setTimeout(ESPERA_DO_LEITOR_MS)
    feito(null, corpo)
  })
}

function recusar({ raw, headers, routeOptions, is404 }: FastifyRequest) {
  const { httpVersion, url = '' } = raw
  if (headers.host === undefined && httpVersion === '1.1') {
    return new ErroDeNegocio('requisicao_invalida', 'Falta o cabeçalho Host.')
  }
  if (url.length > MAIOR_ENDERECO) return new ErroDeNegocio('cabecalhos_grandes_demais')
  const { produces = PRODUZ } = routeOptions.schema ?? {}
  if (is404 || aceita(headers.accept, produces)) return undefined
  const detalhe = `A resposta só existe em ${produces.join(', ')}.`
  return new ErroDeNegocio('formato_nao_aceito', detalhe)
}

/**
 * Closing ends only the connections that are idle then. One that is answered later would stay open
 * for its keep-alive, 72 s, and one that never finishes its request for longer: once nothing is
 * being answered, what is left is cut.
 */
function soltarAoEncerrar(app: FastifyInstance, outraPorta: Server | undefined): void {
  /** Until `close`: of a client that leaves before the last byte, `onResponse` is not told. */
  const abertas = new Set<FastifyRequest>()
  let encerrando = false
  let fechou: Promise<unknown> | undefined
  const cortar = () => {
    if (!encerrando) return
    setImmediate(() => {
      // Only what is here whole is being answered: a body that never ends is not.
      for (const { raw } of abertas) if (raw.complete) return
      app.server.closeAllConnections()
      outraPorta?.closeAllConnections()
    })
  }
  app.addHook('preClose', (feito) => {
    encerrando = true
    if (outraPorta?.listening) fechou = once(outraPorta.close(), 'close')
    cortar()
    feito()
  })
  app.addHook('onClose', async () => {
    await fechou
  })
  app.addHook('onRequest', (requisicao, { raw }, feito) => {
    if (!raw.destroyed) {
      abertas.add(requisicao)
      raw.once('close', () => {
        abertas.delete(requisicao)
        cortar()
      })
    }
    feito()
  })
  app.addHook('onSend', (_requisicao, resposta, corpo, feito) => {
    if (encerrando) resposta.header('connection', 'close')
    feito(null, corpo)
  })
}

/** Fastify's own errors in our catalogue. */
function deFastify(erro: FastifyError | Error): ErroDeNegocio {
  if (hasZodFastifySchemaValidationErrors(erro)) {
    const [primeiro] = erro.validation
    const campo = primeiro?.instancePath.slice(1).replaceAll('/', '.') ?? ''
    return campoInvalido(campo, primeiro?.message ?? 'valor inválido')
  }
  switch ((erro as Partial<FastifyError>).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ErroDeNegocio('corpo_grande_demais')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ErroDeNegocio('tipo_de_conteudo_invalido')
    default:
      // Whatever else Fastify blames on the client, one that leaves amid its body included.
      return ehDoCliente(erro) ? new ErroDeNegocio('requisicao_invalida') : comoErro(erro)
  }
}

const ehDoCliente = ({ statusCode = 500 }: Partial<FastifyError>): boolean =>
  statusCode >= 400 && statusCode < 500

export function responderErro(resposta: FastifyReply, erro: ErroDeNegocio): FastifyReply {
  return resposta.send(comoProblema(resposta, erro))
}

/** Where it is found from this machine, e.g. `http://127.0.0.1:3002`. */
export async function escutar(app: FastifyInstance, porta: number, endereco = '127.0.0.1') {
  await tomarPorta(porta, endereco, () =>
    app.listen({ port: porta, host: endereco, backlog: A_ESPERA }),
  )
  return `http://${hospedeiroDe(endereco)}:${portaDe(app.server)}`
}

/** The second port of an application (`outraPorta`), once it is ready. */
export async function escutarHttps(servidor: Server, porta: number, endereco: string) {
  await tomarPorta(porta, endereco, () => {
    servidor.listen({ port: porta, host: endereco, backlog: A_ESPERA })
    return once(servidor, 'listening')
  })
  return `https://${hospedeiroDe(endereco)}:${portaDe(servidor)}`
}

/** Connections not taken yet: the kernel tries one beyond again only after 1, 3 and 7 s. */
const A_ESPERA = 4_096

const portaDe = (servidor: Server): number => (servidor.address() as AddressInfo).port

async function tomarPorta(porta: number, endereco: string, tomar: () => Promise<unknown>) {
  try {
    await tomar()
  } catch (erro) {
    recusarSeAlheio(endereco, erro)
    if ((erro as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw erro
    throw new ErroDeInicio(`a porta ${porta} já está em uso por outro programa`, 2, erro)
  }
}
