// The Kafka checkout over seven services and a real broker: a backlog drained, beside a bare
// pipeline of the same shape and our own REST in turns; the latency of both at a steady pace; the
// relay alone beside the bare client; what everybody weighs.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as esperar } from 'node:timers/promises'
import { Consumer } from '@platformatic/kafka'
import { type ConexaoKafka, opcoesDoCliente } from '../src/arquiteturas/kafka/conexao.ts'
import { medir } from '../src/cli/medida_do_processo.ts'
import { SERVICOS } from '../src/contratos/ids.ts'
import { TODOS_OS_TOPICOS, TOPICOS } from '../src/contratos/topicos.ts'
import { ambienteDoBrokerProprio, lerKafka } from '../src/infra/configuracao_do_kafka.ts'
import { type Broker, iniciarBroker } from '../src/infra/kafka/broker.ts'
import { escolherPortasDoBroker } from '../src/infra/kafka/portas.ts'
import { prepararBroker } from '../src/infra/kafka/preparo.ts'
import { DEVOLVE_EM_MS } from '../src/infra/repouso.ts'
import { variavelDo } from '../src/infra/topicos_renomeados.ts'
import { abrirBancada, type Bancada } from '../src/laboratorio/bancada.ts'
import { type Medida, mediana, razoes } from './carga.ts'
import { abrirEsteira, type Esteira } from './gemeos/esteira.ts'
import { medirLatencia, medirLatenciaNua, type Ritmo } from './kafka_latencia.ts'
import { medirRelay } from './kafka_relay.ts'
import { abrirRepresa } from './kafka_represa.ts'
import { medirRest, novaChave } from './rest.ts'

const UNIDADES = 100_000_000
const EM_VOO = 200

export interface TamanhosDoKafka {
  readonly pedidos: number
  readonly rodadas: number
  readonly segundosDeRest: number
  readonly latencia: Partial<Ritmo>
  readonly relay: Parameters<typeof medirRelay>[1]
  readonly pedidosAntesDePesar: number
}
const TAMANHOS: TamanhosDoKafka = {
  ...{ pedidos: 20_000, rodadas: 3, segundosDeRest: 6 },
  ...{ latencia: {}, relay: {}, pedidosAntesDePesar: 4_000 },
}

export async function benchKafka(tamanhos: Partial<TamanhosDoKafka> = {}): Promise<void> {
  const { latencia, relay, pedidosAntesDePesar, ...outros } = { ...TAMANHOS, ...tamanhos }
  await using pilha = new AsyncDisposableStack()
  const { broker, conexao, ambiente } = await abrirBroker(pilha)
  await pesar(broker, ambiente, pedidosAntesDePesar)
  {
    const arquiteturas = { QUATROVIAS_ARQUITETURAS: 'kafka,rest' }
    await using bancada = await abrir({ ...ambiente, ...arquiteturas })
    const nua = await comEsteira(conexao, async (esteira) => {
      await medirVazao(bancada, esteira, conexao, outros)
      return await medirLatenciaNua(esteira, latencia)
    })
    console.table({
      'do pedido ao fim': await medirLatencia(bancada, latencia),
      'esteira nua': nua,
    })
    await conferir(bancada)
  }
  const publicacao = await medirRelay(conexao, relay)
  console.table({ relay: mediana(publicacao.relay), 'cliente nu': mediana(publicacao.nu) })
  console.log(`relay / cliente nu, por rodada: ${razoes(publicacao.relay, publicacao.nu)}`)
  console.log(`broker, no fim: ${rssMb(broker.pid)} MB residentes`)
}

const abrir = (ambiente: Readonly<Record<string, string>>): Promise<Bancada> =>
  abrirBancada({ unidades: UNIDADES, ambiente })

/** Of our own, started twice: the second time as on every day but the first. */
async function abrirBroker(pilha: AsyncDisposableStack) {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-kafka-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const portas = await escolherPortasDoBroker(0)
  const opcoes = { diretorio, portas, ...(await prepararBroker(console.log)) }
  const iniciado = async (vez: string): Promise<Broker> => {
    const inicio = performance.now()
    const broker = await iniciarBroker(opcoes)
    console.log(`broker pronto, ${vez}: ${(performance.now() - inicio).toFixed(0)} ms`)
    return broker
  }
  await (await iniciado('da primeira vez'))[Symbol.asyncDispose]()
  const broker = pilha.use(await iniciado('de novo'))
  const ambiente = ambienteDoBrokerProprio(portas.clientes)
  return { broker, ambiente, conexao: lerKafka(ambiente)! }
}

async function conferir(bancada: Bancada): Promise<void> {
  const { pedidos, totalDeProblemas } = await bancada.conferir()
  console.log(`${pedidos} pedidos conferidos, ${totalDeProblemas} problemas`)
}

/** Alone on the machine: what processes share is divided among fewer than ever again. */
async function pesar(
  broker: Broker,
  ambiente: Readonly<Record<string, string>>,
  pedidos: number,
): Promise<void> {
  // Topics of its own: the same order numbers come again in the next figure.
  const topicos = TODOS_OS_TOPICOS.map((nome) => [variavelDo(nome), `peso-${nome}`])
  const todas = { QUATROVIAS_ARQUITETURAS: 'rest,grpc,kafka', ...Object.fromEntries(topicos) }
  await using bancada = await abrir({ ...ambiente, ...todas })
  await using represa = abrirRepresa(bancada)
  await represa.aceitar(pedidos)
  await represa.escoar()
  const pesos = async () =>
    Promise.all(SERVICOS.map(async (nome) => (await medir(bancada.pid(nome) ?? 0)).memoria_mb))
  const depois = await pesos()
  await esperar(DEVOLVE_EM_MS)
  const emRepouso = await pesos()
  const linhas = SERVICOS.map((nome, i) => {
    const mb = { 'logo depois, MB (PSS)': depois[i], 'em repouso': emRepouso[i] }
    return [nome, mb] as const
  })
  console.table(Object.fromEntries(linhas))
  console.log(`broker, depois de ${pedidos} pedidos: ${rssMb(broker.pid)} MB residentes`)
  await conferir(bancada)
}

const rssMb = (pid: number): string => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024).toFixed(0)
}

async function comEsteira<T>(conexao: ConexaoKafka, corpo: (e: Esteira) => Promise<T>): Promise<T> {
  await using esteira = await abrirEsteira(conexao)
  return await corpo(esteira)
}

async function medirVazao(
  bancada: Bancada,
  esteira: Esteira,
  conexao: ConexaoKafka,
  {
    pedidos,
    rodadas,
    segundosDeRest,
  }: Pick<TamanhosDoKafka, 'pedidos' | 'rodadas' | 'segundosDeRest'>,
): Promise<void> {
  await using represa = abrirRepresa(bancada)
  await using soRest = await abrir({ QUATROVIAS_ARQUITETURAS: 'rest' })
  const { enderecos } = soRest
  const medirREST = () =>
    medirRest(enderecos.pedidos, '/pedidos', novaChave, EM_VOO, segundosDeRest)
  await esteira.correr(pedidos / 4)
  await represa.correr(pedidos / 4)
  const antes = await contar(conexao, esteira.topicos)
  const nossa: Pick<Medida, 'porSegundo'>[] = []
  const nua: Pick<Medida, 'porSegundo'>[] = []
  const rest: Medida[] = []
  for (let i = 0; i < rodadas; i++) {
    nua.push(await esteira.correr(pedidos))
    nossa.push(await represa.correr(pedidos))
    rest.push(await medirREST())
  }
  const depois = await contar(conexao, esteira.topicos)
  console.table({ nossa: mediana(nossa), nua: mediana(nua), 'nossa REST': mediana(rest) })
  console.log(`nossa / nua, por rodada: ${razoes(nossa, nua)}`)
  console.log(`nossa / nossa REST, por rodada: ${razoes(nossa, rest)}`)
  const porPedido = (n: number) => (n / (pedidos * rodadas)).toFixed(2)
  const [nossas, nuas] = [depois.nossas - antes.nossas, depois.nuas - antes.nuas]
  console.log(`mensagens por pedido: nossa ${porPedido(nossas)}, nua ${porPedido(nuas)}`)
  await conferir(soRest)
}

/** Messages that are in our topics, and in the twin's. */
async function contar(conexao: ConexaoKafka, daEsteira: readonly string[]) {
  const leitor = new Consumer({ ...opcoesDoCliente(conexao, 'bench'), groupId: 'bench' })
  const em = async (topics: readonly string[]): Promise<number> => {
    const fins = await leitor.listOffsets({ topics: [...topics] })
    return [...fins.values()].flat().reduce((soma, n) => soma + Number(n), 0)
  }
  const contadas = { nossas: await em(TOPICOS), nuas: await em(daEsteira) }
  await leitor.close()
  return contadas
}
