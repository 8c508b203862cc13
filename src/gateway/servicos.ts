// How the gateway asks the services: kept-alive connections, a deadline for every request, a
// bounded number under way. Orders wait for seconds, so reads have connections of their own.
import { addAbortListener } from 'node:events'
import type { FastifyReply } from 'fastify'
import { Pool } from 'undici'
import {
  type Credencial,
  cabecalhosDaCredencial,
  credencialRecusada,
} from '../arquiteturas/credencial.ts'
import { comUmaRepeticao, criarOrcamento, type Orcamento } from '../arquiteturas/politica.ts'
import { deHttp, falhouNaConexao } from '../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { ASSINANTES, type NomeAssinante, type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { MAIOR_LIMITE } from './acesso/sobrecarga.ts'

/**
 * Connections to one service. An order holds its own until its end (acesso/sobrecarga.ts); whether
 * a service is ready is asked where no other question stands in front.
 */
const CONEXOES = { leitura: 64, escrita: MAIOR_LIMITE, saude: 1 } as const
/** Under way to one service in each of the ways, those that wait for a connection included. */
const MAXIMO_PENDENTES = 2_000

export interface Consulta {
  /** By default `leitura` for a GET, and `escrita` for what changes something. */
  readonly via?: keyof typeof CONEXOES
  readonly metodo: 'GET' | 'POST' | 'PUT' | 'PATCH'
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
  pedir(nome: NomeServico | NomeAssinante, consulta: Consulta): Promise<Resposta>
}

type Cabecalhos = Readonly<Record<string, string>>

interface Via {
  readonly pool: Pool
  readonly orcamento: Orcamento
  pendentes: number
}
type Vizinho = Readonly<Record<keyof typeof CONEXOES, Via>>

/** Where each is found; a subscriber need not run. */
export type EnderecosDoGateway = Readonly<Record<NomeServico, string>> & {
  readonly [A in NomeAssinante]?: string
}

export function abrirServicos(
  enderecos: EnderecosDoGateway,
  credencial?: Credencial,
  maximoPendentes = MAXIMO_PENDENTES,
): Servicos {
  const quem = cabecalhosDaCredencial(credencial)
  const abrir = (endereco: string, connections: number): Via => ({
    pool: new Pool(endereco, { connections, keepAliveTimeout: 30_000 }),
    orcamento: criarOrcamento(),
    pendentes: 0,
  })
  const vizinhos = new Map<NomeServico | NomeAssinante, Vizinho>()
  for (const nome of [...SERVICOS, ...ASSINANTES]) {
    const endereco = enderecos[nome]
    if (endereco === undefined) continue
    const { leitura, escrita, saude } = CONEXOES
    vizinhos.set(nome, {
      leitura: abrir(endereco, leitura),
      escrita: abrir(endereco, escrita),
      saude: abrir(endereco, saude),
    })
  }

  async function tentar(nome: string, { pool, orcamento }: Via, consulta: Consulta) {
    const cabe = (erro: unknown) => podeRepetir(consulta, erro)
    try {
      return await comUmaRepeticao(orcamento, cabe, () => requisitar(pool, quem, consulta))
    } catch (erro) {
      throw comoFalha(nome, erro)
    }
  }

  return {
    async pedir(nome, consulta) {
      const deCostume = consulta.metodo === 'GET' ? 'leitura' : 'escrita'
      const via = vizinhos.get(nome)?.[consulta.via ?? deCostume]
      if (!via) throw new ErroDeNegocio('servico_indisponivel')
      if (via.pendentes >= maximoPendentes) throw new ErroDeNegocio('sobrecarregado')
      via.pendentes += 1
      try {
        return await tentar(nome, via, consulta)
      } finally {
        via.pendentes -= 1
      }
    },
    async [Symbol.asyncDispose]() {
      const vias = [...vizinhos.values()].flatMap((vizinho) => Object.values(vizinho))
      await Promise.all(vias.map(({ pool }) => pool.destroy()))
    },
  }
}

async function requisitar(pool: Pool, quem: Cabecalhos, consulta: Consulta): Promise<Resposta> {
  const { metodo, caminho, cabecalhos, corpo, esperaMs, sinal } = consulta
  const desistencia = new AbortController()
  using _fim = sinal && addAbortListener(sinal, () => desistencia.abort())
  const relogio = setTimeout(() => desistencia.abort(), esperaMs)
  try {
    const { statusCode, headers, body } = await pool.request({
      method: metodo,
      path: caminho,
      headers: {
        ...cabecalhos,
        ...quem,
        ...(corpo !== undefined && { 'content-type': JSON_UTF8 }),
      },
      body: corpo === undefined ? null : JSON.stringify(corpo),
      signal: desistencia.signal,
    })
    const texto = await body.text()
    // Only the gateway's own: whoever asks it has a token, and is not the one to be refused.
    if (statusCode === 401) throw credencialRecusada()
    return { status: statusCode, cabecalhos: headers, texto }
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

function comoFalha(nome: string, erro: unknown): unknown {
  if (!falhouNaConexao(erro)) return erro
  const detalhe = `O serviço ${nome} não respondeu.`
  return new ErroDeNegocio('servico_indisponivel', detalhe, { causa: erro })
}

const REPASSADOS = ['content-type', 'location', 'retry-after'] as const

const ehProblema = ({ cabecalhos }: Resposta): boolean =>
  /^application\/problem\+json\b/.test(String(cabecalhos['content-type']))

/** The service's own answer, unchanged; but of a foreign one's page of error only the gist. */
export function repassar(reply: FastifyReply, resposta: Resposta) {
  const { status, cabecalhos, texto } = resposta
  if ((status < 200 || status > 299) && !ehProblema(resposta)) throw deHttp(status, undefined)
  for (const nome of REPASSADOS) {
    const valor = cabecalhos[nome]
    if (valor !== undefined) reply.header(nome, valor)
  }
  return reply.code(status).send(texto)
}

/** The body of the service's success; any other answer is thrown as the bad news that it is. */
export function lerSucesso<T>(nome: string, { status, texto }: Resposta): T {
  const corpo = comoJson(nome, texto)
  if (status < 200 || status >= 300) throw deHttp(status, corpo)
  return corpo as T
}

export function comoJson(nome: string, texto: string): unknown {
  try {
    return JSON.parse(texto)
  } catch {
    throw new ErroDeNegocio('servico_indisponivel', `O serviço ${nome} respondeu sem JSON.`)
  }
}
