// What an error of the sales' database speaks of: a row, perhaps a row, the hour or the database.
// Codes: https://www.postgresql.org/docs/18/errcodes-appendix.html
import { doServidor } from '../../persistencia/postgres_erros.ts'

const codigoDe = (erro: unknown): string => String((erro as { code?: unknown })?.code ?? '')
/** Whatever the batch: connection, session, password, resources, a table that is not there. */
const DE_TODOS = /^(08|25|26|28|3D|40|53|55|57|58|XX|42P0[15])/

/** Data, or a constraint that somebody added to the table. */
export const ehDaLinha = (erro: unknown): boolean => /^2[23]...$/.test(codigoDe(erro))
/** A trigger that raises, a policy, a view's check; or as well a grant revoked from all. */
export const podeSerDaLinha = (erro: unknown): boolean =>
  doServidor(codigoDe(erro)) && !DE_TODOS.test(codigoDe(erro))
/** Deadlock, serialization, too many connections, a lock not to be had. */
export const ehPassagem = (erro: unknown): boolean => /^(40|53300|55P03|57014)/.test(codigoDe(erro))

export const motivoDe = (erro: unknown): string => {
  const { code, message } = erro as { code?: string; message?: string }
  return [code, message].filter(Boolean).join(': ')
}
