// What the routes need of the gateway that they are part of.
import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { NomeArquitetura, NomeServico } from '../../contratos/ids.ts'
import type { Tentativas } from '../acesso/limites.ts'
import type { Acompanhamento } from '../acompanhamento/acompanhamento.ts'
import type { Contas } from '../contas/contas.ts'
import type { Rotacao } from '../contas/rotacao.ts'
import type { Senhas } from '../contas/senhas.ts'
import type { Tokens } from '../contas/tokens.ts'
import type { Servicos } from '../servicos.ts'

export interface Partes {
  readonly contas: Contas
  readonly senhas: Senhas
  readonly tokens: Tokens
  readonly rotacao: Rotacao
  readonly servicos: Servicos
  /** Those of ours; who takes the place of another is not asked. */
  readonly presentes: readonly NomeServico[]
  /** The orders as they happen, to whoever listens. */
  readonly acompanhamento: Acompanhamento
  readonly metricas: Registry
  /** Failed logins, by e-mail and network. */
  readonly tentativas: Tentativas
  /** The open ones; the first is used when an order names none. */
  readonly arquiteturas: readonly NomeArquitetura[]
  readonly prazoDaCadeiaMs: number
}

/** For what is only looked up; a service that takes longer is as good as down. */
export const ESPERA_DA_LEITURA_MS = 2_000

/** What was asked for in the address, as it is asked on. */
export const buscaDe = ({ query }: FastifyRequest): string => {
  const filtros = Object.entries(query as object).map(([nome, valor]) => [nome, String(valor)])
  return `?${new URLSearchParams(filtros)}`
}
