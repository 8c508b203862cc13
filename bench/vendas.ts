// vendas from a backlog: a process of its own drains the topic into PostgreSQL, beside a bare loop
// that writes the same rows into the same server, in turns. The server's durability is the default.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import type { ConexaoKafka } from '../src/arquiteturas/kafka/conexao.ts'
import { criarSaida } from '../src/arquiteturas/kafka/outbound.ts'
import { garantirTopicos } from '../src/arquiteturas/kafka/topicos.ts'
import { lerVenda } from '../src/assinantes/vendas/domain.ts'
import { criarSorteio } from '../src/dados/sorteio.ts'
import { ambienteDoBrokerProprio, lerKafka } from '../src/infra/configuracao_do_kafka.ts'
import { reservar } from '../src/infra/enderecos.ts'
import { iniciarBroker } from '../src/infra/kafka/broker.ts'
import { escolherPortasDoBroker } from '../src/infra/kafka/portas.ts'
import { prepararBroker } from '../src/infra/kafka/preparo.ts'
import { prepararPostgres } from '../src/infra/postgres/preparo.ts'
import { ambienteDoPostgresProprio } from '../src/infra/postgres/senha.ts'
import { iniciarPostgres } from '../src/infra/postgres/servidor.ts'
import { argumentosDe } from '../src/infra/processos.ts'
import { ate } from '../testes/ate.ts'
import { mediana, razoes } from './carga.ts'
import { gravarNuas, type Linha } from './gemeos/vendas_nuas.ts'

const ITENS = 3
const POR_ENVIO = 500
const ESPERA_MS = 120_000

interface Represada extends Linha {
  readonly texto: string
}

export async function benchVendas({ vendas = 200_000, rodadas = 3 } = {}): Promise<void> {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-bench-vendas-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const portas = await escolherPortasDoBroker(0)
  pilha.use(await iniciarBroker({ diretorio, portas, ...(await prepararBroker(console.log)) }))
  const doBroker = ambienteDoBrokerProprio(portas.clientes)
  const doPostgres = await abrirPostgres(pilha, diretorio)
  const ambiente = { ...doBroker, ...doPostgres, QUATROVIAS_DIR: diretorio, VENDAS_PORTA: '0' }
  const url = doPostgres.VENDAS_DATABASE_URL
  const conexao = lerKafka(doBroker)!
  await garantirTopicos(conexao, ['vendas'])
  const pool = pilha.adopt(new Pool({ connectionString: url, max: 1 }), (um) => um.end())
  // The server may be gone before the connection is.
  pool.on('error', () => undefined)
  const nossa: { porSegundo: number }[] = []
  const nua: { porSegundo: number }[] = []
  for (let i = 0; i < rodadas; i++) {
    const represadas = gerar(vendas, 1 + i * vendas)
    nua.push({ porSegundo: await gravarNuas(url, represadas) })
    await represar(conexao, represadas)
    nossa.push({ porSegundo: await escoar(ambiente, pool, represadas) })
  }
  console.table({ vendas: mediana(nossa), 'laço nu': mediana(nua) })
  console.log(`vendas/s por rodada: ${nossa.map(emInteiro)}; do laço nu: ${nua.map(emInteiro)}`)
  console.log(`vendas / laço nu, por rodada: ${razoes(nossa, nua)}`)
}

const emInteiro = ({ porSegundo }: { porSegundo: number }): string => porSegundo.toFixed(0)

async function abrirPostgres(pilha: AsyncDisposableStack, diretorio: string) {
  const ferramentas = await prepararPostgres(diretorio)
  const livre = await reservar(0, '127.0.0.1')
  const { port: porta } = livre!.address() as { port: number }
  await livre![Symbol.asyncDispose]()
  pilha.use(await iniciarPostgres({ ...ferramentas, diretorio, porta }))
  return ambienteDoPostgresProprio(diretorio, porta)
}

function gerar(quantas: number, primeira: number): Represada[] {
  const sorteio = criarSorteio(primeira)
  return Array.from({ length: quantas }, (_, i) => {
    const items = Array.from({ length: ITENS }, () => ({
      product: `Produto ${sorteio.inteiro(1, 1_000)}`,
      quantity: sorteio.inteiro(1, 3),
      unit_price: sorteio.inteiro(1_050, 50_099) / 100,
    }))
    const texto = JSON.stringify({ order_number: primeira + i, items })
    return { texto, ...lerVenda(texto) }
  })
}

/** All in the topic while nobody reads it. */
async function represar(conexao: ConexaoKafka, represadas: readonly Represada[]): Promise<void> {
  await using saida = criarSaida(conexao, 'bench')
  for (let i = 0; i < represadas.length; i += POR_ENVIO) {
    const lote = represadas.slice(i, i + POR_ENVIO).map(({ numero, texto }) => ({
      ...{ topico: 'vendas', chave: Buffer.from(String(numero)), valor: Buffer.from(texto) },
      cabecalhos: new Map<Buffer, Buffer>(),
    }))
    await saida.mandar(lote)
  }
}

/** By the instants in the table itself, from the first batch to the last; the sum is looked at. */
async function escoar(
  ambiente: Readonly<Record<string, string>>,
  pool: Pool,
  represadas: readonly Represada[],
): Promise<number> {
  const [{ numero: primeira }] = represadas as [Represada]
  const [opcao = '', programa = '', ...argumentos] = argumentosDe('vendas')
  const env = { PATH: process.env.PATH, ...ambiente }
  const filho = fork(programa, argumentos, {
    env,
    execArgv: [opcao],
    stdio: 'ignore',
  })
  const [{ info }] = (await once(filho, 'message')) as [{ info: { rest: string } }]
  const dasNossas = `from sales where order_number >= ${primeira}`
  // Of the process and not of the table: to count its rows would be work beside what is measured.
  const escoadas = async () => {
    const situacao = await fetch(`${info.rest}/interno/vendas`)
    return ((await situacao.json()) as { gravadas: number }).gravadas === represadas.length
  }
  await ate(() => escoadas().catch(() => false), ESPERA_MS, 'tudo gravado')
  filho.kill('SIGTERM')
  await once(filho, 'exit')
  const { rows } = await pool.query(
    `select extract(epoch from max(processed_at) - min(processed_at))::float as segundos,
       sum(total)::text as soma ${dasNossas}`,
  )
  const centavos = represadas.reduce((n, { total }) => n + Math.round(Number(total) * 100), 0)
  const { segundos, soma } = rows[0]
  if (Math.round(Number(soma) * 100) !== centavos) throw new Error(`a soma não fecha: ${soma}`)
  return represadas.length / segundos
}
