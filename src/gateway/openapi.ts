// Completes the OpenAPI document with what the routes do not repeat: who may call each one, taken
// from the table of rights, and how errors look.
import * as z from 'zod'
import { type Acao, direitoA, quemPode } from './acesso/direitos.ts'
import { problema } from './respostas.ts'

interface Operacao {
  summary?: string
  description?: string
  security?: Record<string, string[]>[]
  requestBody?: { required?: boolean; content?: Record<string, { schema?: unknown }> }
  responses?: Record<string, unknown>
}
export interface Documento {
  paths?: Record<string, Record<string, Operacao>>
  tags?: { name: string; description: string }[]
  components?: { schemas?: Record<string, unknown>; securitySchemes?: Record<string, unknown> }
}

export const TAGS = {
  conta: 'Criar a conta, entrar, renovar a sessão, sair',
  catálogo: 'Produtos à venda',
  pedidos: 'Fazer, acompanhar e cancelar pedidos',
  operação: 'Saúde, métricas, pedidos retidos e simulação dos serviços',
  administração: 'O que só um administrador faz',
} as const

const ERRO = {
  description: 'Erro (RFC 9457), com um `codigo` estável.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problema' } } },
}
const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'O `token` que `POST /auth/login` e `POST /auth/renovar` devolvem.',
}

/** Changes `documento` in place: @fastify/swagger keeps and serves this very object. */
export function completarDocumento(documento: Documento, acoes: ReadonlyMap<string, Acao>): void {
  documento.tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }))
  const { components } = documento
  const { $schema: _, ...esquema } = z.toJSONSchema(problema)
  documento.components = {
    ...components,
    schemas: { ...components?.schemas, Problema: esquema },
    securitySchemes: { token: TOKEN },
  }
  for (const [caminho, operacoes] of Object.entries(documento.paths ?? {})) {
    for (const [metodo, operacao] of Object.entries(operacoes)) {
      const acao = acoes.get(`${metodo.toUpperCase()} ${caminho}`)
      if (acao) completarOperacao(operacao, acao)
    }
  }
}

function completarOperacao(operacao: Operacao, acao: Acao): void {
  operacao.description = `${operacao.description ?? ''}\n\nQuem pode: ${quemPode(acao)}.`.trim()
  operacao.responses = { ...operacao.responses, default: ERRO }
  if (direitoA(acao).papeis !== 'publico') operacao.security = [{ token: [] }]
  const { requestBody } = operacao
  if (requestBody && aceitaNulo(requestBody.content)) requestBody.required = false
}

/** @fastify/swagger calls every body required; ours that may be null may also be left out. */
function aceitaNulo(conteudo: Record<string, { schema?: unknown }> = {}): boolean {
  return Object.values(conteudo).some(({ schema }) => {
    const { anyOf } = (schema ?? {}) as { anyOf?: { type?: string }[] }
    return anyOf?.some(({ type }) => type === 'null') ?? false
  })
}
