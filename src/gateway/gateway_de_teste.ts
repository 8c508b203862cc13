// A gateway for the tests: its own directory, a small ecommerce.db, and seven tiny servers that
// play the services. Everything it opened is gone when it is disposed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import Fastify, { type FastifyInstance } from 'fastify'
import { ASSINANTES, type NomeAssinante, type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { type Configuracao, lerConfiguracao } from '../infra/configuracao.ts'
import type { Papel } from './acesso/direitos.ts'
import { type Conformidade, criarConformidade } from './conformidade_de_teste.ts'
import type { Credenciais } from './contas/credenciais.ts'
import { abrirGateway } from './gateway.ts'
import type { Documento } from './openapi.ts'
import type { EnderecosDoGateway } from './servicos.ts'

/** The discard port: nobody answers there. */
export const NINGUEM = 'http://127.0.0.1:9'
/** The generated clients are 1 and 2, so the one that may log in is this. */
export const CLIENTE_ID = 3

export type Falso = (app: FastifyInstance) => void
/** A subscriber runs only where there is one. */
export type Falsos = Partial<Record<NomeServico | NomeAssinante, Falso>>

/** A service that is ready and answers what `rotas` says. */
export async function servicoFalso(rotas: Falso = () => undefined) {
  const app = Fastify({ forceCloseConnections: true })
  app.get('/readyz', async () => ({ status: 'pronto' }))
  rotas(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return { url, [Symbol.asyncDispose]: async () => void (await app.close()) }
}

export async function servicosFalsos(falsos: Falsos) {
  const pilha = new AsyncDisposableStack()
  const enderecos: Partial<Record<NomeServico | NomeAssinante, string>> = {}
  const assinantes = ASSINANTES.filter((nome) => falsos[nome])
  for (const nome of [...SERVICOS, ...assinantes]) {
    enderecos[nome] = pilha.use(await servicoFalso(falsos[nome])).url
  }
  return {
    enderecos: enderecos as EnderecosDoGateway,
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
  }
}

/** An empty directory with the synthetic clients in it, and the configuration that points there. */
export function lugarVazio(mudancas: Partial<Configuracao> = {}) {
  const diretorio = mkdtempSync(join(tmpdir(), 'quatrovias-gateway-'))
  const ecommerce = join(diretorio, 'ecommerce.db')
  using banco = new DatabaseSync(ecommerce)
  banco.exec(`create table clientes (id integer primary key, nome text, email text unique);
    insert into clientes values (1, 'Ana', 'Cliente_1_ana@example.com'),
      (2, 'Bia', 'cliente_2_bia@example.com')`)
  const ambiente = {
    QUATROVIAS_DIR: join(diretorio, 'quatrovias'),
    ECOMMERCE_DB: ecommerce,
    QUATROVIAS_REGISTRO: 'silent',
  }
  return {
    configuracao: { ...lerConfiguracao(ambiente), ...mudancas },
    [Symbol.dispose]: () => rmSync(diretorio, { recursive: true, force: true }),
  }
}

export const credenciaisDe = ({ diretorio }: Configuracao): Credenciais =>
  JSON.parse(readFileSync(join(diretorio, 'credenciais.json'), 'utf8')) as Credenciais

interface Requisicao {
  readonly token?: string | undefined
  readonly corpo?: unknown
  readonly cabecalhos?: Record<string, string>
}
export interface Respondida {
  readonly status: number
  readonly headers: Headers
  readonly texto: string
  readonly json: Readonly<Record<string, unknown>>
}

/** By the address of each gateway that is open: every response to `requisitar` is held to it. */
const conferidos = new Map<string, Conformidade>()

/** One request over HTTP; a `corpo` that is not text is sent as JSON. No stream is read. */
export async function requisitar(
  url: string,
  metodo: string,
  caminho: string,
  { token, corpo, cabecalhos = {} }: Requisicao = {},
): Promise<Respondida> {
  const texto = typeof corpo === 'string' || corpo instanceof Uint8Array
  const resposta = await fetch(`${url}${caminho}`, {
    method: metodo,
    redirect: 'manual',
    headers: {
      ...(corpo !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...cabecalhos,
    },
    ...(corpo !== undefined && { body: texto ? (corpo as string) : JSON.stringify(corpo) }),
  })
  const { status, headers } = resposta
  const semFim = /event-stream/.test(headers.get('content-type') ?? '')
  if (semFim) await resposta.body?.cancel()
  const lido = semFim ? '' : await resposta.text()
  const cabecalho = (nome: string) => headers.get(nome)
  conferidos.get(url)?.conferir({ metodo, caminho, status, cabecalho, texto: lido })
  const ehJson = lido !== '' && /json/.test(headers.get('content-type') ?? '')
  const json = ehJson ? (JSON.parse(lido) as Respondida['json']) : {}
  return { status, headers, texto: lido, json }
}

export type Gateway = Awaited<ReturnType<typeof gatewayDeTeste>>

export async function gatewayDeTeste(falsos: Falsos = {}, mudancas: Partial<Configuracao> = {}) {
  await using pilha = new AsyncDisposableStack()
  const lugar = pilha.use(lugarVazio(mudancas))
  const { enderecos } = pilha.use(await servicosFalsos(falsos))
  const { configuracao } = lugar
  const { url, ...gateway } = pilha.use(await abrirGateway(configuracao, enderecos, 0))
  const credenciais = credenciaisDe(configuracao)
  const tokens = new Map<Papel, string>()
  const entrar = async (papel: Papel): Promise<string> => {
    const { json } = await requisitar(url, 'POST', '/auth/login', { corpo: credenciais[papel] })
    return String(json.token)
  }
  // As it travels; not asked for, so that nothing is counted before the test begins.
  const documento = JSON.parse(JSON.stringify(gateway.documento)) as Documento
  const conformidade = criarConformidade(documento)
  conferidos.set(url, conformidade)
  pilha.defer(() => void conferidos.delete(url))
  const aberto = pilha.move()
  return {
    url,
    configuracao,
    credenciais,
    documento,
    conformidade,
    pedir: (metodo: string, caminho: string, requisicao?: Requisicao) =>
      requisitar(url, metodo, caminho, requisicao),
    encerrar: () => gateway[Symbol.asyncDispose](),
    /** A session of its own each time. */
    entrar,
    /** Logs in once for each role. */
    async tokenDe(papel: Papel): Promise<string> {
      const token = tokens.get(papel) ?? (await entrar(papel))
      tokens.set(papel, token)
      return token
    },
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}
