// What the client of Kafka throws: a fault that may pass, a refusal of one message for good, or a
// door that only the cluster's administrator can open.
import { ErroDeNegocio } from '../../contratos/errors.ts'

interface ErroDoCliente extends Error {
  readonly code?: unknown
  /** Of the protocol's own errors, e.g. `MESSAGE_TOO_LARGE`. */
  readonly apiId?: unknown
  readonly errors?: readonly unknown[]
}

/**
 * A message that no repeat would get in; whatever is not listed may pass. The client's own refusals
 * (`PLT_KFK_USER`) are not among them: a missing topic is one, and a cluster that asks for TLS.
 */
const DE_VEZ: ReadonlySet<unknown> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
])
const SEM_PERMISSAO: ReadonlySet<unknown> = new Set([
  'PLT_KFK_AUTHENTICATION',
  'SASL_AUTHENTICATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
])

/** The error itself and those it gathers or was caused by, a few levels down. */
function* todos(erro: unknown, nivel = 0): Generator<ErroDoCliente> {
  if (!(erro instanceof Error) || nivel > 4) return
  const { errors = [] } = erro as ErroDoCliente
  yield erro
  for (const parte of [...errors, erro.cause]) yield* todos(parte, nivel + 1)
}

const algum = (erro: unknown, nomes: ReadonlySet<unknown>): ErroDoCliente | undefined =>
  todos(erro).find(({ code, apiId }) => nomes.has(apiId) || nomes.has(code))

/** Why a send was refused for good; `undefined` when the same may work later. */
export function recusaDeVez(erro: unknown): string | undefined {
  const achado = algum(erro, DE_VEZ)
  return achado && String(achado.apiId ?? achado.message)
}

/** We are not who the cluster lets in: only its administrator can change that. */
export const ehFaltaDePermissao = (erro: unknown): boolean =>
  algum(erro, SEM_PERMISSAO) !== undefined

export const jaExiste = (erro: unknown): boolean =>
  algum(erro, new Set(['TOPIC_ALREADY_EXISTS'])) !== undefined

/** The client's own words name brokers, never passwords. */
export function deKafka(erro: unknown): ErroDeNegocio {
  if (erro instanceof ErroDeNegocio) return erro
  const ultimo = [...todos(erro)].at(-1)
  const detalhe = `O Kafka não respondeu: ${ultimo?.message ?? String(erro)}`
  return new ErroDeNegocio('servico_indisponivel', detalhe, { causa: erro })
}
