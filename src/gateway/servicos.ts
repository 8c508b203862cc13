// How the gateway asks the services: one pool of kept-alive connections each, a deadline for every
// request, a bounded number under way.
import { addAbortListener } from 'node:events'
import type { FastifyReply } from 'fastify'
import { Pool } from 'undici'
import { comUmaRepeticao, criarOrcamento, type Orcamento } from '../arquiteturas/politica.ts'
import { falhouNaConexao } from '../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'

const CONEXOES = 256
/** Under way to one service, those that wait for a connection included. */
const MAXIMO_PENDENTES = 2_000

export interface Consulta {
  readonly metodo: 'GET' | 'POST' | 'PUT'
  readonly caminho: string
  readonly cabecalhos?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly corpo?: unknown
  readonly esperaMs: number
  /** Nobody waits for the answer any more. */
  readonly sinal?: AbortSignal
}
export interface Resposta {
  readonly status: number
  readonly cabecalhos: Readonly<Record<string, string | string[] | undefined>>
  readonly texto: string
}

export interface Servicos extends AsyncDisposable {
  /** Errors: ErroDeNegocio servico_indisponivel | prazo_esgotado | sobrecarregado. */
  pedir(nome: NomeServico, consulta: Consulta): Promise<Resposta>
}

interface Vizinho {
  readonly pool: Pool
  readonly orcamento: Orcamento
  pendentes: number
}

export function abrirServicos(
  enderecos: Readonly<Record<NomeServico, string>>,
  maximoPendentes = MAXIMO_PENDENTES,
): Servicos {
  const vizinhos = new Map<NomeServico, Vizinho>()
  for (const nome of SERVICOS) {
    const pool = new Pool(enderecos[nome], { connections: CONEXOES, keepAliveTimeout: 30_000 })
    vizinhos.set(nome, { pool, orcamento: criarOrcamento(), pendentes: 0 })
  }

  async function tentar(nome: NomeServico, { pool, orcamento }: Vizinho, consulta: Consulta) {
    const cabe = (erro: unknown) => podeRepetir(consulta, erro)
    try {
      return await comUmaRepeticao(orcamento, cabe, () => requisitar(pool, consulta))
    } catch (erro) {
      throw comoFalha(nome, erro)
    }
  }

  return {
    async pedir(nome, consulta) {
      const vizinho = vizinhos.get(nome)
      if (!vizinho) throw new ErroDeNegocio('servico_indisponivel')
      if (vizinho.pendentes >= maximoPendentes) throw new ErroDeNegocio('sobrecarregado')
      vizinho.pendentes += 1
      try {
        return await tentar(nome, vizinho, consulta)
      } finally {
        vizinho.pendentes -= 1
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...vizinhos.values()].map(({ pool }) => pool.destroy()))
    },
  }
}

async function requisitar(pool: Pool, consulta: Consulta): Promise<Resposta> {
  const { metodo, caminho, cabecalhos, corpo, esperaMs, sinal } = consulta
  const desistencia = new AbortController()
  using _fim = sinal && addAbortListener(sinal, () => desistencia.abort())
  const relogio = setTimeout(() => desistencia.abort(), esperaMs)
  try {
    const { statusCode, headers, body } = await pool.request({
      method: metodo,
      path: caminho,
      headers: { ...cabecalhos, ...(corpo !== undefined && { 'content-type': JSON_UTF8 }) },
      body: corpo === undefined ? null : JSON.stringify(corpo),
      signal: desistencia.signal,
    })
    return { status: statusCode, cabecalhos: headers, texto: await body.text() }
  } catch (erro) {
    if (desistencia.signal.aborted) throw new ErroDeNegocio('prazo_esgotado')
    throw erro
  } finally {
    clearTimeout(relogio)
  }
}

const JSON_UTF8 = 'application/json; charset=utf-8'
const NADA_FOI_ENVIADO: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** A write is repeated only when the service cannot have seen it; a read changes nothing. */
const podeRepetir = ({ metodo }: Consulta, erro: unknown): boolean =>
  metodo === 'GET'
    ? falhouNaConexao(erro)
    : NADA_FOI_ENVIADO.has((erro as { code?: unknown } | null)?.code)

function comoFalha(nome: NomeServico, erro: unknown): unknown {
  if (!falhouNaConexao(erro)) return erro
  const detalhe = `O serviço ${nome} não respondeu.`
  return new ErroDeNegocio('servico_indisponivel', detalhe, { causa: erro })
}

const REPASSADOS = ['content-type', 'location', 'retry-after'] as const

/** The service's own answer, unchanged. */
export function repassar(reply: FastifyReply, { status, cabecalhos, texto }: Resposta) {
  for (const nome of REPASSADOS) {
    const valor = cabecalhos[nome]
    if (valor !== undefined) reply.header(nome, valor)
  }
  return reply.code(status).send(texto)
}
