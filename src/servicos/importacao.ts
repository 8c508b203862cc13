// Reads the synthetic database that the services start from.
import type { DatabaseSync } from 'node:sqlite'
import type { Parametros } from '../persistencia/database.ts'

/** The rows of a query as parameters for an insert, one at a time: a million orders fit. */
export function* linhasDe(ecommerce: DatabaseSync, sql: string): Generator<Parametros> {
  const consulta = ecommerce.prepare(sql)
  consulta.setReturnArrays(true)
  yield* consulta.iterate() as Iterable<unknown> as Iterable<Parametros>
}
