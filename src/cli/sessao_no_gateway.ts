// The public API from the terminal: log in with what `npm start` wrote down, ask, and turn bad news
// into an ErroDeNegocio.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { deHttp } from '../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { lerEstado } from '../infra/estado.ts'
import { diretorioDeExecucao } from './comando.ts'

const ESPERA_MS = 5_000
const POLITICA = { redirect: 'error' } as const
const credencial = z.object({ email: z.string(), senha: z.string() })
export type Credencial = z.output<typeof credencial>

export interface Sessao {
  obter<T>(caminho: string): Promise<T>
  /** The response as it came, whatever it says. */
  enviar(caminho: string, corpo: object, opcoes?: Envio): Promise<Response>
}
interface Envio {
  readonly cabecalhos?: Readonly<Record<string, string>>
  /** Without one, 5 s. */
  readonly signal?: AbortSignal
}

/** Of whom `npm start` made; undefined when the file is absent or makes no sense. */
export function lerCredencial(
  diretorio: string,
  quem: 'cliente' | 'operador',
): Credencial | undefined {
  try {
    const texto = readFileSync(join(diretorio, 'credenciais.json'), 'utf8')
    return z.object({ [quem]: credencial }).parse(JSON.parse(texto))[quem]
  } catch {
    return undefined
  }
}

/** At the gateway that runs here; a text says why not, where there is none. Errors: as below. */
export async function entrarComoOperador(): Promise<Sessao | string> {
  const diretorio = diretorioDeExecucao()
  const estado = lerEstado(diretorio)
  if (!estado) return 'quatrovias não está no ar; inicie com npm start'
  const credencial = lerCredencial(diretorio, 'operador')
  if (!credencial) return `não há um operador em ${diretorio}/credenciais.json`
  return abrirSessao(estado.gateway, credencial)
}

/** Errors: `credenciais_invalidas`, or `servico_indisponivel` when nobody answers at `url`. */
export async function abrirSessao(url: string, credencial: Credencial): Promise<Sessao> {
  const login = await requisitar(`${url}/auth/login`, { method: 'POST', ...comoJson(credencial) })
  const { token } = await corpoDe<{ token: string }>(login)
  const autorizacao = { authorization: `Bearer ${token}` }
  return {
    obter: async <T>(caminho: string): Promise<T> =>
      corpoDe<T>(await requisitar(`${url}${caminho}`, { headers: autorizacao })),
    enviar(caminho, corpo, { cabecalhos, signal } = {}) {
      const { headers, body } = comoJson(corpo)
      const todos = { ...headers, ...autorizacao, ...cabecalhos }
      const opcoes = { method: 'POST', headers: todos, body, ...(signal && { signal }) }
      return requisitar(`${url}${caminho}`, opcoes)
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

export async function corpoDe<T>(resposta: Response): Promise<T> {
  const corpo: unknown = await resposta.json().catch(() => undefined)
  if (!resposta.ok) throw deHttp(resposta.status, corpo)
  return corpo as T
}
