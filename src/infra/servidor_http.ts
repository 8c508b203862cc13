// The HTTP server of every process: one body parser, one error format, one OpenAPI document.
import { isUtf8 } from 'node:buffer'
import type { AddressInfo } from 'node:net'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify'
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { campoInvalido } from '../arquiteturas/campos.ts'
import { comoProblema } from '../arquiteturas/rest/errors.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { validarEmPortugues } from './validacao.ts'

/** A hundred order lines are 5 KB; nothing we accept is larger than this. */
const MAIOR_CORPO_BYTES = 256 * 1024
const ESPERA_DA_REQUISICAO_MS = 30_000

export interface OpcoesDoServidor {
  readonly titulo: string
  readonly descricao: string
  /** Told of each error that is ours (500), which the reply does not explain. */
  readonly aoErrar: (erro: ErroDeNegocio, rota: string) => void
  readonly ignorarMaiusculas?: boolean
}

export function criarServidor(opcoes: OpcoesDoServidor): FastifyInstance {
  validarEmPortugues()
  const app = Fastify({
    bodyLimit: MAIOR_CORPO_BYTES,
    requestTimeout: ESPERA_DA_REQUISICAO_MS,
    forceCloseConnections: 'idle',
    // While draining, what still comes in is served; its connection is not kept.
    return503OnClosing: false,
    routerOptions: { caseSensitive: !opcoes.ignorarMaiusculas, maxParamLength: 200 },
    frameworkErrors: (erro, _requisicao, resposta) => responderErro(resposta, deFastify(erro)),
  })
  soltarAoEncerrar(app)
  app.setValidatorCompiler(validatorCompiler)
  // Response schemas are documentation here; the tests hold the replies equal to them.
  app.setSerializerCompiler(() => JSON.stringify)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (_requisicao, corpo, feito) => {
      try {
        feito(null, lerJson(corpo))
      } catch (erro) {
        feito(erro as Error)
      }
    },
  )
  app.setErrorHandler<FastifyError>((lancado, requisicao, resposta) => {
    const erro = deFastify(lancado)
    if (erro.status === 500) opcoes.aoErrar(erro, requisicao.routeOptions.url ?? '')
    return responderErro(resposta, erro)
  })
  app.setNotFoundHandler((_requisicao, resposta) =>
    responderErro(resposta, new ErroDeNegocio('nao_encontrado')),
  )
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

/**
 * Closing ends only the connections that are idle then. One that is answered later would stay open
 * for its keep-alive, 72 s, and one that never finishes its request for longer: once nothing is
 * being answered, what is left is cut.
 */
function soltarAoEncerrar(app: FastifyInstance): void {
  let encerrando = false
  let emVoo = 0
  const cortar = () => {
    if (encerrando && emVoo === 0) setImmediate(() => app.server.closeAllConnections())
  }
  app.addHook('preClose', (feito) => {
    encerrando = true
    cortar()
    feito()
  })
  // Counted once the whole request is here: a body that never ends is not being answered.
  // Until `close`: of a client that leaves before the last byte, `onResponse` is not told.
  app.addHook('preValidation', (_requisicao, { raw }, feito) => {
    if (!raw.destroyed) {
      emVoo += 1
      raw.once('close', () => {
        emVoo -= 1
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

/** An absent body is `undefined`, so that routes whose body is optional accept it. */
function lerJson(corpo: Buffer): unknown {
  if (corpo.length === 0) return undefined
  if (!isUtf8(corpo)) throw new ErroDeNegocio('requisicao_invalida', 'O corpo não é UTF-8 válido.')
  try {
    return JSON.parse(corpo.toString('utf8'))
  } catch (causa) {
    throw new ErroDeNegocio('requisicao_invalida', 'O corpo não é JSON válido.', { causa })
  }
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
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ErroDeNegocio('requisicao_invalida')
    default:
      return comoErro(erro)
  }
}

export function responderErro(resposta: FastifyReply, erro: ErroDeNegocio): FastifyReply {
  return resposta.send(comoProblema(resposta, erro))
}

/** Listens on the loopback; the address really bound, e.g. `http://127.0.0.1:3002`. */
export async function escutar(app: FastifyInstance, porta: number): Promise<string> {
  try {
    await app.listen({ port: porta, host: '127.0.0.1' })
  } catch (erro) {
    if ((erro as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw erro
    throw new ErroDeInicio(`a porta ${porta} já está em uso por outro programa`, 2, erro)
  }
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}
