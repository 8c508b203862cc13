// The public API as a client sees it: log in, look, order, watch. Bad news is an ErroDeNegocio.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { deHttp } from '../arquiteturas/rest/errors.ts'
import type { Item, Metodo } from '../contratos/comandos.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import type { ProdutoNoCatalogo } from '../servicos/vizinhos.ts'
import type { Rastro } from './passos.ts'

const ESPERA_MS = 5_000
const POLITICA = { redirect: 'error' } as const
const credenciais = z.object({ cliente: z.object({ email: z.string(), senha: z.string() }) })
export type Credencial = z.output<typeof credenciais>['cliente']

export interface Compra {
  readonly itens: readonly Item[]
  readonly metodo: Metodo
  readonly arquitetura?: string
}

export interface Gateway {
  produtos(): Promise<readonly ProdutoNoCatalogo[]>
  /** The client's own orders, newest first. */
  pedidos(limite: number): Promise<readonly PedidoVisivel[]>
  pedido(id: number): Promise<PedidoVisivel>
  rastro(id: number): Promise<Rastro>
  /** The order's number, once it was accepted: at its end or long before, as its way has it. */
  pedir(compra: Compra, chave: string, signal: AbortSignal): Promise<number>
}

/** The client that `npm start` made; undefined when its file is absent or makes no sense. */
export function lerCredencial(diretorio: string): Credencial | undefined {
  try {
    const texto = readFileSync(join(diretorio, 'credenciais.json'), 'utf8')
    return credenciais.parse(JSON.parse(texto)).cliente
  } catch {
    return undefined
  }
}

/** Errors: `credenciais_invalidas`, or `servico_indisponivel` when nobody answers at `url`. */
export async function entrar(url: string, credencial: Credencial): Promise<Gateway> {
  const login = await requisitar(`${url}/auth/login`, { method: 'POST', ...comoJson(credencial) })
  const { token } = (await corpoDe(login)) as { token: string }
  const autorizacao = { authorization: `Bearer ${token}` }
  const obter = async <T>(caminho: string): Promise<T> =>
    (await corpoDe(await requisitar(`${url}${caminho}`, { headers: autorizacao }))) as T
  return {
    produtos: () => obter('/produtos'),
    pedidos: (limite) => obter(`/pedidos?limite=${limite}`),
    pedido: (id) => obter(`/pedidos/${id}`),
    rastro: (id) => obter(`/pedidos/${id}/rastro`),
    async pedir(compra, chave, signal) {
      const { headers, body } = comoJson(compra)
      const todos = { ...headers, ...autorizacao, 'idempotency-key': chave }
      const opcoes = { method: 'POST', headers: todos, body, signal }
      const resposta = await requisitar(`${url}/pedidos`, opcoes)
      const lugar = /\/pedidos\/(\d+)$/.exec(resposta.headers.get('location') ?? '')?.[1]
      // A 503 that says where the order is has accepted it: the order goes on by itself.
      if (lugar !== undefined) return Number(lugar)
      return ((await corpoDe(resposta)) as PedidoVisivel).id
    },
  }
}

const comoJson = (corpo: object) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(corpo),
})

async function requisitar(url: string, opcoes: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(ESPERA_MS), ...POLITICA, ...opcoes })
  } catch (causa) {
    const detalhe = `O gateway não respondeu em ${new URL(url).origin}.`
    throw new ErroDeNegocio('servico_indisponivel', detalhe, { causa })
  }
}

async function corpoDe(resposta: Response): Promise<unknown> {
  const corpo: unknown = await resposta.json().catch(() => undefined)
  if (!resposta.ok) throw deHttp(resposta.status, corpo)
  return corpo
}
