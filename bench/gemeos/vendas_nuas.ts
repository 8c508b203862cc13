// The bare twin of vendas: the same rows, known beforehand, into a table of the same shape in the
// same server; batches of a hundred by ten connections. No Kafka, no JSON, no totals to add up.
import { Pool } from 'pg'

const LOTE = 100
const CONEXOES = 10
const GRAVAR = `insert into nuas (order_number, total, processed_at)
  select n, t, timezone('utc', now()) from unnest($1::int[], $2::numeric[]) as l(n, t)
  on conflict (order_number) do nothing`

export interface Linha {
  readonly numero: number
  readonly total: string
}

/** Rows per second. */
export async function gravarNuas(url: string, linhas: readonly Linha[]): Promise<number> {
  const pool = new Pool({ connectionString: url, max: CONEXOES, idleTimeoutMillis: 0 })
  try {
    await pool.query(`drop table if exists nuas; create table nuas (
      order_number int primary key, total numeric, processed_at timestamp)`)
    const inicio = performance.now()
    let proximo = 0
    const trabalhar = async () => {
      while (proximo < linhas.length) {
        const lote = linhas.slice(proximo, proximo + LOTE)
        proximo += LOTE
        const numeros = `{${lote.map(({ numero }) => numero).join()}}`
        const totais = `{${lote.map(({ total }) => total).join()}}`
        await pool.query({ name: 'gravar', text: GRAVAR, values: [numeros, totais] })
      }
    }
    await Promise.all(Array.from({ length: CONEXOES }, trabalhar))
    return (linhas.length * 1_000) / (performance.now() - inicio)
  } finally {
    await pool.end()
  }
}
