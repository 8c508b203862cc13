// The gateway's toll (token, rights, limits, validation, idempotency), beside pedidos' own door in
// turns; a known token verified; an avalanche of orders; the checkout beside a flood of logins.
import { fork } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { agora, comoClienteId } from '../src/contratos/ids.ts'
import { criarTokens } from '../src/gateway/contas/tokens.ts'
import { abrirBancada, type Bancada } from '../src/laboratorio/bancada.ts'
import { carregar, type Medida, mediana, razoes } from './carga.ts'
import { type Chegada, carregarAberto, quantil } from './carga_aberta.ts'

const UNIDADES = 100_000_000
/** Beyond what one generator can send: the limits work, and refuse nobody. */
const SEM_RECUSA = '100000000'
const CONEXOES = 4_000
const COMPRA = JSON.stringify({
  itens: [
    { produto_id: 1, quantidade: 1 },
    { produto_id: 2, quantidade: 2 },
  ],
  metodo: 'pix',
})

type Uma = () => Promise<boolean>
interface Portas extends AsyncDisposable {
  readonly peloGateway: Uma
  readonly direto: Uma
  readonly ler: Uma
  /** From one address, as the limits are; or from a new one each time, so that each is hashed. */
  readonly errarDeUmLugar: Uma
  readonly errarDeMuitos: Uma
}

export async function benchGateway(): Promise<void> {
  await using bancada = await abrirBancada({
    gateway: true,
    unidades: UNIDADES,
    ambiente: {
      GATEWAY_LIMITE_POR_CLIENTE: SEM_RECUSA,
      GATEWAY_LIMITE_POR_ENDERECO: SEM_RECUSA,
      GATEWAY_PROXIES_CONFIAVEIS: '127.0.0.1',
    },
  })
  await using portas = await abrirPortas(bancada)
  const pico = await medirPedagio(portas)
  await medirToken()
  await medirAvalanche(portas, pico)
  await medirEnxurrada('de um endereço', portas.peloGateway, portas.errarDeUmLugar, pico)
  await medirEnxurrada('cada um de outro', portas.peloGateway, portas.errarDeMuitos, pico)
  const { pedidos, totalDeProblemas } = await bancada.conferir()
  console.log(`${pedidos} pedidos conferidos, ${totalDeProblemas} problemas`)
}

async function abrirPortas({ gateway, enderecos, diretorio }: Bancada): Promise<Portas> {
  const { cliente } = JSON.parse(readFileSync(join(diretorio, 'credenciais.json'), 'utf8'))
  const pools = {
    gateway: new Pool(gateway, { connections: CONEXOES }),
    pedidos: new Pool(enderecos.pedidos, { connections: CONEXOES }),
    // Of another client: its reads do not wait behind the orders in our own queue.
    leitura: new Pool(gateway, { connections: 20 }),
  }
  const pedir = async (pool: Pool, path: string, headers: Record<string, string>, body: string) => {
    const resposta = await pool.request({ method: 'POST', path, headers, body })
    return { status: resposta.statusCode, texto: await resposta.body.text() }
  }
  const json = { 'content-type': 'application/json' }
  const { texto } = await pedir(pools.gateway, '/auth/login', json, JSON.stringify(cliente))
  const { token } = JSON.parse(texto) as { token: string }
  const comToken = { ...json, authorization: `Bearer ${token}` }
  const comprar = (pool: Pool, headers: Record<string, string>, body: string): Uma => {
    return async () => {
      const chave = { 'idempotency-key': randomUUID() }
      return (await pedir(pool, '/pedidos', { ...headers, ...chave }, body)).status === 201
    }
  }
  const errada = JSON.stringify({ ...cliente, senha: 'não é esta' })
  return {
    peloGateway: comprar(pools.gateway, comToken, COMPRA),
    direto: comprar(pools.pedidos, json, COMPRA.replace('{', '{"cliente_id":1,')),
    errarDeUmLugar: async () =>
      (await pedir(pools.gateway, '/auth/login', json, errada)).status < 500,
    async errarDeMuitos() {
      const de = Array.from({ length: 3 }, () => randomInt(256)).join('.')
      const headers = { ...json, 'x-forwarded-for': `10.${de}` }
      // Refused is well answered: what counts is the checkout beside it.
      return (await pedir(pools.gateway, '/auth/login', headers, errada)).status >= 400
    },
    async ler() {
      const opcoes = { method: 'GET', path: '/pedidos?limite=1', headers: comToken } as const
      const resposta = await pools.leitura.request(opcoes)
      await resposta.body.dump()
      return resposta.statusCode === 200
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(pools).map((pool) => pool.destroy()))
    },
  }
}

/** Orders per second that pass the gateway. */
async function medirPedagio(
  { peloGateway, direto }: Portas,
  { emVoo = 200, segundos = 8, rodadas = 5 } = {},
): Promise<number> {
  const series: Record<'gateway' | 'direto', Medida[]> = { gateway: [], direto: [] }
  for (let i = 0; i < rodadas; i++) {
    series.direto.push(await carregar(direto, emVoo, segundos))
    series.gateway.push(await carregar(peloGateway, emVoo, segundos))
  }
  console.table({ gateway: mediana(series.gateway), direto: mediana(series.direto) })
  console.log(`gateway / direto, por rodada: ${razoes(series.gateway, series.direto)}`)
  return mediana(series.gateway).porSegundo
}

async function medirToken(vezes = 1_000_000): Promise<void> {
  const { exportJWK, generateKeyPair } = await import('jose')
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const chave = { ...(await exportJWK(privateKey)), kid: 'bench' }
  const tokens = await criarTokens([{ jwk: chave, criado_em: agora() }], () => false)
  const usuario = { id: 1, papel: 'cliente', cliente_id: comoClienteId(1) } as const
  const { token } = await tokens.emitir(usuario, 'sessao')
  const inicio = performance.now()
  for (let i = 0; i < vezes; i++) await tokens.conferir(token)
  const us = ((performance.now() - inicio) * 1_000) / vezes
  console.log(`token já conhecido: ${us.toFixed(2)} µs por conferência`)
}

const porSegundo = (chegadas: readonly Chegada[], segundos: number): number =>
  chegadas.filter(({ certa }) => certa).length / segundos

/** What passes while this machine also sends three times as much to a bare server that refuses. */
async function picoComGerador(peloGateway: Uma, pico: number, segundos = 10): Promise<number> {
  const nu = fork(fileURLToPath(new URL('./gemeos/recusa.ts', import.meta.url)))
  const [porta] = (await once(nu, 'message')) as [number]
  const pool = new Pool(`http://127.0.0.1:${porta}`, { connections: CONEXOES })
  const bater = async () => {
    const headers = { 'content-type': 'application/json' }
    const resposta = await pool.request({ method: 'POST', path: '/', headers, body: COMPRA })
    await resposta.body.dump()
    return true
  }
  try {
    const batidas = carregarAberto(bater, 3 * pico, segundos + 2)
    const medida = await carregar(peloGateway, 200, segundos)
    await batidas
    return medida.porSegundo
  } finally {
    await pool.destroy()
    nu.disconnect()
  }
}

/** Four times what passes, for half a minute; then half of it, until nobody is refused. */
async function medirAvalanche({ peloGateway, ler }: Portas, pico: number): Promise<void> {
  const segundos = 30
  const comGerador = await picoComGerador(peloGateway, pico)
  const leituras = carregarAberto(ler, 20, segundos)
  const avalanche = await carregarAberto(peloGateway, 4 * pico, segundos)
  const lidas = await leituras
  const goodput = porSegundo(avalanche, segundos) / pico
  const depois = await carregarAberto(peloGateway, pico / 2, 15)
  const ultimo = depois.filter(({ certa }) => !certa).map(({ planejadaMs }) => planejadaMs)
  console.table({
    'pedidos aceitos / pico, a 4 × o pico': goodput.toFixed(2),
    'pico com o mesmo gerador, e um servidor nu que recusa / pico': (comGerador / pico).toFixed(2),
    'aceitos / pico com o mesmo gerador': ((goodput * pico) / comGerador).toFixed(2),
    'p99 dos aceitos, ms': Math.round(quantil(avalanche, 0.99)),
    'leituras respondidas, das 20 por segundo': porSegundo(lidas, segundos).toFixed(1),
    'p99 das leituras, ms': Math.round(quantil(lidas, 0.99)),
    'última recusa depois da avalanche, s': (Math.max(0, ...ultimo) / 1_000).toFixed(1),
    'p99 de 5 s em diante, ms': Math.round(
      quantil(
        depois.filter(({ planejadaMs }) => planejadaMs > 5_000),
        0.99,
      ),
    ),
  })
}

/** The checkout at a third of what passes, alone and beside 200 logins a second, in turns. */
async function medirEnxurrada(
  nome: string,
  comprar: Uma,
  errar: Uma,
  pico: number,
  { rodadas = 5, segundos = 8 } = {},
): Promise<void> {
  const razao: string[] = []
  for (let i = 0; i < rodadas; i++) {
    const so = quantil(await carregarAberto(comprar, pico / 3, segundos), 0.99)
    const logins = carregarAberto(errar, 200, segundos)
    const junto = quantil(await carregarAberto(comprar, pico / 3, segundos), 0.99)
    await logins
    razao.push(`${(junto / so).toFixed(2)} (${Math.round(so)} → ${Math.round(junto)} ms)`)
  }
  console.log(`p99 com 200 logins/s, ${nome} / sem, por rodada: ${razao.join(', ')}`)
}
