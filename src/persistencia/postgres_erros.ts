// What can go wrong with a PostgreSQL, in the words that the SQLite driver has for the same.
// Codes: https://www.postgresql.org/docs/18/errcodes-appendix.html
import { ErroDeNegocio } from '../contratos/errors.ts'
import { ErroDeInicio } from './database.ts'

/** PostgreSQL's five characters or the system's word (ECONNREFUSED); '' where there is none. */
const codigoDe = (erro: unknown): string => {
  const { code } = (erro ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
/** Five of these, a digit among them: EPIPE is the system's. */
export const doServidor = (codigo: string): boolean => /^(?=.*\d)[0-9A-Z]{5}$/.test(codigo)

/** The server's and the wire's failures become transient faults; all else passes unchanged. */
export function comoFalhaDoBanco(erro: unknown): unknown {
  const codigo = falhaDe(erro)
  return codigo ? new ErroDeNegocio(codigo, undefined, { causa: erro }) : erro
}

type Falha = 'banco_ocupado' | 'banco_sem_espaco' | 'banco_falhou'

function falhaDe(erro: unknown): Falha | undefined {
  if (erro instanceof ErroDeNegocio || erro instanceof TypeError || erro instanceof RangeError) {
    return undefined
  }
  const codigo = codigoDe(erro)
  // Without a code of the server's, pg speaks of the connection: refused, cut, too slow.
  if (!doServidor(codigo)) return 'banco_falhou'
  switch (codigo) {
    case '53100': // disk full
      return 'banco_sem_espaco'
    case '57014': // cancelled: took too long
      return 'banco_ocupado'
    case '25006': // read only: a connection that reads, or a server that became a replica
    case '25P03': // silent for too long inside a transaction
    case '25P04':
      return 'banco_falhou'
  }
  switch (codigo.slice(0, 2)) {
    case '40': // deadlock, serialization
    case '53': // connections, memory
    case '55': // lock not to be had in time
      return 'banco_ocupado'
    case '08': // connection
    case '28': // password or role changed meanwhile
    case '3D': // database gone
    case '57': // shutting down, starting up
    case '58': // input and output
      return 'banco_falhou'
    default:
      return undefined
  }
}

export function comoErroDeInicio(url: string, erro: unknown): ErroDeInicio {
  const original = erro instanceof ErroDeNegocio ? erro.cause : erro
  const codigo = codigoDe(original)
  const dito = (original as Error).message || codigo
  return new ErroDeInicio(`${motivoDe(codigo)} ${ondeFica(url)}: ${dito}`, 2, erro)
}

function motivoDe(codigo: string): string {
  switch (codigo.slice(0, 2)) {
    case '28':
      return 'banco_inacessivel: usuário ou senha recusados por'
    case '3D':
      return 'banco_inacessivel: não existe a base de dados'
    case '42':
      return 'banco_inacessivel: não foi possível criar o esquema em'
    case '53':
    case '55':
    case '57':
      return 'banco_em_uso: não há lugar ou vez em'
    default:
      return doServidor(codigo)
        ? 'banco_inacessivel: recusou o esquema o banco em'
        : 'banco_inacessivel: nenhum PostgreSQL responde em'
  }
}

/** Server and database, never the password: nothing of a URL is shown that might be part of it. */
function ondeFica(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL'
  const { hostname, port, pathname } = new URL(url)
  const base = /^\/[\w-]+$/.test(pathname) ? pathname : ''
  return `${hostname || 'localhost'}:${port || 5432}${base}`
}
