// A thousand open streams of events: what the gateway weighs with them, and that each hears of its
// own orders.
import { randomUUID } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { Pool } from 'undici'
import { medir } from '../src/cli/medida_do_processo.ts'
import { abrirBancada, type Bancada } from '../src/laboratorio/bancada.ts'
import { ate } from '../testes/ate.ts'

const FLUXOS = 1_000
/** An account may have fifty streams. */
const CONTAS = 25
const PEDIDOS_POR_CONTA = 8
const ESPERA_MS = 60_000
const SENHA = 'uma senha de medida'
const JSON_UTF8 = { 'content-type': 'application/json' }

export async function benchEventos(): Promise<void> {
  await using bancada = await abrirBancada({ gateway: true, unidades: 100_000_000 })
  await using pilha = new AsyncDisposableStack()
  const pool = new Pool(bancada.gateway, { connections: CONTAS })
  pilha.defer(() => pool.destroy())
  const postar = async (path: string, corpo: object, mais: Record<string, string> = {}) => {
    const headers = { ...JSON_UTF8, ...mais }
    const { body } = await pool.request({
      ...{ method: 'POST', path, headers },
      body: JSON.stringify(corpo),
    })
    return (await body.json()) as Record<string, string>
  }
  const tokens: string[] = []
  for (let i = 0; i < CONTAS; i++) {
    const conta = { nome: `Conta ${i}`, email: `conta${i}@example.com`, senha: SENHA }
    await postar('/auth/cadastro', conta)
    tokens.push(String((await postar('/auth/login', conta)).token))
  }
  const memoria = async () => (await medir(bancada.pid('gateway') ?? 0)).memoria_mb
  const pesos: Record<string, number | null> = { 'sem fluxos, MB': await memoria() }
  const ouvidos = { eventos: 0 }
  const fluxos = await Promise.all(
    Array.from({ length: FLUXOS }, (_, i) => ouvir(bancada, tokens[i % CONTAS]!, ouvidos)),
  )
  pilha.defer(() => {
    for (const fluxo of fluxos) fluxo.destroy()
  })
  pesos[`com ${FLUXOS} abertos, MB`] = await memoria()
  const compra = { itens: [{ produto_id: 1, quantidade: 1 }], metodo: 'pix' }
  await Promise.all(
    tokens.map(async (token) => {
      for (let n = 0; n < PEDIDOS_POR_CONTA; n++) {
        const quem = { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() }
        await postar('/pedidos', compra, quem)
      }
    }),
  )
  // From `pendente` to `enviado`: five changes of each order, to each stream of its client.
  const esperados = 5 * PEDIDOS_POR_CONTA * FLUXOS
  await ate(() => ouvidos.eventos >= esperados, ESPERA_MS, 'todos os eventos')
  pesos[`depois de ${PEDIDOS_POR_CONTA * CONTAS} pedidos, MB`] = await memoria()
  console.table(pesos)
  console.log(`${ouvidos.eventos} eventos ouvidos, ${esperados} esperados`)
}

function ouvir({ gateway }: Bancada, token: string, ouvidos: { eventos: number }) {
  return new Promise<IncomingMessage>((resolver, rejeitar) => {
    const headers = { authorization: `Bearer ${token}` }
    const pedida = get(`${gateway}/pedidos/eventos`, { headers, agent: false }, (fluxo) => {
      fluxo.setEncoding('utf8').on('data', (texto: string) => {
        ouvidos.eventos += texto.split('event: status').length - 1
      })
      fluxo.on('error', () => undefined)
      if (fluxo.statusCode === 200) resolver(fluxo)
      else rejeitar(new Error(`fluxo recusado: ${fluxo.statusCode}`))
    })
    pedida.on('error', rejeitar)
  })
}
