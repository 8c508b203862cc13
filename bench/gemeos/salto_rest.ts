// The bare twin of one REST hop: a Fastify route that writes two rows in a grouped FULL commit and
// calls the next hop with undici. No logic, no validation, no log. argv: port, database, next url.
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import Fastify from 'fastify'
import { Pool } from 'undici'

const [porta = '0', arquivo = ':memory:', seguinte] = process.argv.slice(2)
const db = new DatabaseSync(arquivo)
db.exec('pragma journal_mode=wal; pragma synchronous=full')
db.exec('create table evento (id integer primary key, causa text unique, dados text)')
db.exec('create table estado (id integer primary key, dados text)')
const inserirEvento = db.prepare('insert into evento (causa, dados) values (?, ?)')
const inserirEstado = db.prepare('insert into estado (dados) values (?)')

let fila: { texto: string; pronto: () => void }[] = []
let n = 0
function gravar(texto: string): Promise<void> {
  return new Promise((pronto) => {
    fila.push({ texto, pronto })
    if (fila.length === 1) setImmediate(escoar)
  })
}
function escoar(): void {
  const lote = fila
  fila = []
  db.exec('begin')
  for (const { texto } of lote) {
    inserirEvento.run(`${++n}/${arquivo}`, texto)
    inserirEstado.run(texto)
  }
  db.exec('commit')
  for (const { pronto } of lote) pronto()
}

const pool = seguinte ? new Pool(seguinte, { connections: 256 }) : undefined
const app = Fastify()
app.post('/', async (requisicao) => {
  const texto = JSON.stringify(requisicao.body)
  await gravar(texto)
  if (!pool) return { ok: true }
  const headers = { 'content-type': 'application/json' }
  const resposta = await pool.request({ method: 'POST', path: '/', headers, body: texto })
  return resposta.body.json()
})
await app.listen({ port: Number(porta), host: '127.0.0.1' })
const { port } = app.server.address() as { port: number }
process.send?.({ porta: port })
await once(process, 'disconnect')
process.exit(0)
