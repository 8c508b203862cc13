// Bad news ↔ HTTP, both ways: problem+json (RFC 9457) with a stable `codigo`, in Portuguese.
import type { FastifyReply } from 'fastify'
import { type CodigoDeErro, ERROS, ErroDeNegocio, ehCodigo } from '../../contratos/errors.ts'
import { credencialRecusada } from '../credencial.ts'

export const PROBLEMA = 'application/problem+json; charset=utf-8'
/** Seconds a client should wait before a transient fault is worth another try. */
export const RETRY_AFTER_S = '1'

export interface Problema {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly codigo: CodigoDeErro
  readonly campo?: string
  /** The fault came from a service further down: not to be repeated by whoever relays it. */
  readonly repassado?: true
}

export function paraHttp(erro: ErroDeNegocio): Problema {
  const { titulo, status } = ERROS[erro.codigo]
  return {
    type: `urn:quatrovias:erro:${erro.codigo}`,
    title: titulo,
    status,
    detail: erro.message,
    codigo: erro.codigo,
    ...(erro.campo !== undefined && { campo: erro.campo }),
    ...(erro.repassado && { repassado: true }),
  }
}

/** Puts status and headers of the problem on the reply; the body is for the caller to send. */
export function comoProblema(resposta: FastifyReply, erro: ErroDeNegocio): Problema {
  const problema = paraHttp(erro)
  resposta.code(problema.status).header('content-type', PROBLEMA)
  if (erro.canRetry && !resposta.hasHeader('retry-after')) {
    resposta.header('retry-after', RETRY_AFTER_S)
  }
  return problema
}

/** A reply that is not a success, ours or a foreign server's. */
export function deHttp(status: number, corpo: unknown): ErroDeNegocio {
  const { codigo, detail, campo, repassado } = (corpo ?? {}) as Record<string, unknown>
  if (codigo === 'credencial_de_servico_invalida') return credencialRecusada()
  if (ehCodigo(codigo)) {
    return new ErroDeNegocio(codigo, typeof detail === 'string' ? detail : undefined, {
      ...(typeof campo === 'string' && { campo }),
      repassado: repassado === true,
    })
  }
  const detalhe = `O serviço respondeu HTTP ${status}.`
  if (status === 408 || status === 425 || status === 429) {
    return new ErroDeNegocio('servico_indisponivel', detalhe)
  }
  if (status < 400 || status === 404 || status === 405 || status === 501) {
    return new ErroDeNegocio('operacao_nao_suportada', detalhe)
  }
  return new ErroDeNegocio(status < 500 ? 'campo_invalido' : 'servico_indisponivel', detalhe)
}

const DE_CONEXAO: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether the request failed on its own connection: only then may this hop repeat it. */
export const falhouNaConexao = (erro: unknown): boolean => {
  const { code } = erro as { code?: unknown }
  return typeof code === 'string' && DE_CONEXAO.has(code)
}
