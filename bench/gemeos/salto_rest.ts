// The bare twin of one REST hop: a Fastify route that writes two rows in a grouped FULL commit and
// calls the next hop with undici. No logic, no validation, no log. argv: port, database, next url.
import { once } from 'node:events'
import Fastify from 'fastify'
import { Pool } from 'undici'
import { abrirGravacao } from './gravacao.ts'

const [porta = '0', arquivo = ':memory:', seguinte] = process.argv.slice(2)
const gravar = abrirGravacao(arquivo)
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
