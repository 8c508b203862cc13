// Completes the OpenAPI document with what the routes do not repeat: who may call each one, taken
// from the table of rights, how it may fail, its headers, and the name by which it is called.
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { CodigoDeErro } from '../contratos/errors.ts'
import { type Acao, direitoA, PAPEIS, quemPode } from './acesso/direitos.ts'
import {
  cabecalho,
  cabecalhosDoLimite,
  type Fatos,
  LIMITES,
  respostasComuns,
  respostasDeErro,
} from './openapi_erros.ts'
import { problema } from './respostas.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route may answer besides what is derived of it, for the documentation. */
    erros?: readonly CodigoDeErro[]
    /** Nothing is asked of the other services, so they cannot be missing. */
    semServicos?: true
  }
}

export interface Anotada {
  readonly acao: Acao
  readonly erros: readonly CodigoDeErro[]
  readonly comServicos: boolean
}
type Conteudo = Record<string, { schema?: unknown; example?: unknown }>
interface Resposta {
  headers?: Record<string, unknown>
  content?: Conteudo
}
export interface Operacao {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: { in: string; name: string; required?: boolean; schema?: unknown }[]
  requestBody?: { required?: boolean; content?: Conteudo }
  responses?: Record<string, Resposta>
}
export interface Documento {
  openapi?: string
  info?: { title: string; version: string; description?: string }
  servers?: { url: string; description?: string }[]
  paths?: Record<string, Record<string, Operacao>>
  tags?: { name: string; description: string }[]
  components?: Partial<
    Record<'schemas' | 'securitySchemes' | 'responses' | 'headers', Record<string, unknown>>
  >
}

export const TAGS = {
  conta: 'Criar a conta, entrar, renovar a sessão, sair',
  catálogo: 'Produtos à venda',
  pedidos: 'Fazer, acompanhar e cancelar pedidos',
  operação: 'Saúde, métricas, pedidos retidos, mensagens mortas e simulação dos serviços',
  administração: 'O que só um administrador faz',
} as const

const CONVENCOES = `
Todo erro é \`application/problem+json\` (RFC 9457), em português, com um \`codigo\` estável;
\`campo\` diz qual campo não serve. Um erro que pode passar sozinho traz \`Retry-After\`: repita a
mesma requisição, com a mesma \`Idempotency-Key\`, e nada se faz duas vezes.

Os caminhos não distinguem maiúsculas de minúsculas. Todo \`GET\` aceita \`HEAD\`, menos os de
eventos. Um endereço que não existe responde 404 \`nao_encontrado\`; com outro método, 405
\`metodo_nao_permitido\`, e \`Allow\` diz quais há.
Os cabeçalhos \`RateLimit-*\` dizem quantas requisições ainda cabem.`

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'O `token` que `POST /auth/login` e `POST /auth/renovar` devolvem.',
}
const texto = { type: 'string' }
const inteiro = { type: 'integer', minimum: 0 }
const cabecalhos = {
  Location: { description: 'Onde está o que foi feito', schema: texto },
  'Retry-After': { description: 'Segundos a esperar antes de repetir', schema: inteiro },
  'WWW-Authenticate': { description: 'O que se espera em Authorization', schema: texto },
  Link: { description: 'A página seguinte, `rel="next"` (RFC 8288)', schema: texto },
  [LIMITES[0]]: { description: 'Requisições que cabem na janela', schema: inteiro },
  [LIMITES[1]]: { description: 'Requisições que ainda cabem', schema: inteiro },
  [LIMITES[2]]: { description: 'Segundos até a próxima janela', schema: inteiro },
}

/** Fills `anotadas` with `GET /pedidos/{pedido_id}` → what the route says of itself. */
export function anotarRotas(rotas: FastifyInstance, anotadas: Map<string, Anotada>): void {
  rotas.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.acao) return
    const { acao, erros = [], semServicos } = config
    const nome = `${method} ${url.replace(/:(\w+)/g, '{$1}')}`
    anotadas.set(nome, { acao, erros, comServicos: !semServicos })
  })
}

/** Changes `documento` in place: @fastify/swagger keeps and serves this very object. */
export function completarDocumento(
  documento: Documento,
  anotadas: ReadonlyMap<string, Anotada>,
): void {
  const { components, info, paths = {} } = documento
  if (info) info.description = `${info.description ?? ''}\n${CONVENCOES}`.trim()
  // Relative: whatever name or port one came by.
  documento.servers = [{ url: '/', description: 'Este gateway' }]
  documento.tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }))
  const { $schema: _, ...esquema } = z.toJSONSchema(problema)
  const schemas: Record<string, unknown> = { ...components?.schemas, Problema: esquema }
  documento.components = {
    ...components,
    schemas,
    headers: cabecalhos,
    responses: respostasComuns(),
    securitySchemes: { token: TOKEN },
  }
  for (const [caminho, operacoes] of Object.entries(paths)) {
    for (const [metodo, operacao] of Object.entries(operacoes)) {
      const anotada = anotadas.get(`${metodo.toUpperCase()} ${caminho}`)
      if (anotada) completarOperacao(operacao, anotada, { metodo, caminho })
    }
  }
  documento.paths = elevar(paths, schemas) as NonNullable<Documento['paths']>
}

function completarOperacao(
  operacao: Operacao,
  { acao, erros, comServicos }: Anotada,
  { metodo, caminho }: { metodo: string; caminho: string },
): void {
  const { papeis } = direitoA(acao)
  const { parameters = [], requestBody, responses = {} } = operacao
  const cria = '201' in responses || '202' in responses
  const publica = papeis === 'publico'
  const fatos: Fatos = {
    publica,
    deTodos: PAPEIS.every((papel) => papeis.includes(papel)),
    aceitaCorpo: metodo !== 'get',
    temCampos: requestBody !== undefined || parameters.some((p) => p.in !== 'header'),
    nomeiaPedido: caminho.includes('{pedido_id}'),
    cria,
    comServicos,
    comBanco: !publica || requestBody !== undefined,
  }
  operacao.operationId ??= acao.replace(/_(\w)/g, (_, letra: string) => letra.toUpperCase())
  operacao.description = `${operacao.description ?? ''}\n\nQuem pode: ${quemPode(acao)}.`.trim()
  if (!publica) operacao.security = [{ token: [] }]
  if (requestBody) completarCorpo(requestBody)
  const headers = {
    // A repeat says it as the first time did.
    ...(cria && { Location: cabecalho('Location') }),
    ...(parameters.some(pagina) && { Link: cabecalho('Link') }),
    ...cabecalhosDoLimite(),
  }
  const sucessos = Object.entries(responses).map(([status, resposta]) => {
    return [status, { ...resposta, headers: { ...resposta.headers, ...headers } }] as const
  })
  const falhas = respostasDeErro(fatos, erros) as Record<string, Resposta>
  operacao.responses = { ...Object.fromEntries(sucessos), ...falhas }
}

const pagina = (parametro: { in: string; name: string }): boolean =>
  parametro.in === 'query' && parametro.name === 'limite'

/**
 * @fastify/swagger calls every body required; ours that may be null may also be left out. zod drops
 * `examples` from a schema that transforms, so that a body shows its own as `example`.
 */
function completarCorpo(corpo: NonNullable<Operacao['requestBody']>): void {
  for (const conteudo of Object.values(corpo.content ?? {})) {
    const { example, ...schema } = (conteudo.schema ?? {}) as {
      example?: unknown
      anyOf?: { type?: string }[]
    }
    if (schema.anyOf?.some(({ type }) => type === 'null')) corpo.required = false
    conteudo.schema = schema
    if (example !== undefined) conteudo.example = example
  }
}

/** Each object's schema with a title is written once, among the components, and named elsewhere. */
function elevar(valor: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(valor)) return valor.map((item) => elevar(item, schemas))
  if (typeof valor !== 'object' || valor === null) return valor
  const elevado = Object.fromEntries(
    Object.entries(valor).map(([nome, parte]) => [nome, elevar(parte, schemas)]),
  )
  const { title, description, ...esquema } = elevado
  if (typeof title !== 'string' || esquema.type !== 'object') return elevado
  schemas[title] ??= { title, ...esquema }
  const $ref = `#/components/schemas/${title}`
  return description === undefined ? { $ref } : { $ref, description }
}
