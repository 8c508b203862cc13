// A backlog of messages like ours, taken down by the subscriber's own process with everything
// durable: by the instants in its own book, which nobody who looks on can slow down.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { compatibilityPartitioner, ProduceAcks, Producer } from '@platformatic/kafka'
import { type ConexaoKafka, opcoesDoCliente } from '../src/arquiteturas/kafka/conexao.ts'
import { doFluxo } from '../src/arquiteturas/kafka/outbound.ts'
import { garantirTopicos } from '../src/arquiteturas/kafka/topicos.ts'
import { medir } from '../src/cli/medida_do_processo.ts'
import { ambienteDoBrokerProprio, lerKafka } from '../src/infra/configuracao_do_kafka.ts'
import { iniciarBroker } from '../src/infra/kafka/broker.ts'
import { escolherPortasDoBroker } from '../src/infra/kafka/portas.ts'
import { prepararBroker } from '../src/infra/kafka/preparo.ts'
import { argumentosDe, CACHE } from '../src/infra/processos.ts'
import { ate } from '../testes/ate.ts'
import { pedidoGravado } from './pedido_gravado.ts'

const LOTE = 1_000
const ESPERA_MS = 60_000

export async function benchMonitoramento({ mensagens = 300_000, rodadas = 3 } = {}): Promise<void> {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-auditoria-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const portas = await escolherPortasDoBroker(0)
  const ferramentas = await prepararBroker(console.log)
  pilha.use(await iniciarBroker({ diretorio: join(diretorio, 'kafka'), portas, ...ferramentas }))
  const ambiente = ambienteDoBrokerProprio(portas.clientes)
  const conexao = lerKafka(ambiente)!
  await garantirTopicos(conexao)
  const medidas: Record<string, object> = {}
  for (let rodada = 1; rodada <= rodadas; rodada++) {
    await represar(conexao, mensagens)
    medidas[`rodada ${rodada}`] = await escoar(
      join(diretorio, 'q'),
      ambiente,
      mensagens * (rodada - 1),
      mensagens,
    )
  }
  console.table(medidas)
}

/** While nobody reads. */
async function represar(conexao: ConexaoKafka, mensagens: number): Promise<void> {
  const produtor = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...opcoesDoCliente(conexao, 'bench'),
    partitioner: compatibilityPartitioner,
  })
  for (let de = 1; de <= mensagens; de += LOTE) {
    const messages = Array.from({ length: LOTE }, (_, i) => {
      const { topico, chave, valor, cabecalhos } = doFluxo('pedidos', pedidoGravado(de + i))!
      return { topic: topico, headers: cabecalhos, key: chave!, value: valor! }
    })
    if (de === 1) {
      const [{ headers, value }] = messages as [(typeof messages)[number]]
      console.log(`${headers.size} cabeçalhos e ${value.length} bytes de valor por mensagem`)
    }
    await produtor.send({ acks: ProduceAcks.ALL, messages })
  }
  await produtor.close()
}

async function escoar(
  diretorio: string,
  ambiente: Readonly<Record<string, string>>,
  jaHavia: number,
  novas: number,
) {
  const env = {
    ...{ PATH: process.env.PATH, ...ambiente, QUATROVIAS_DIR: diretorio },
    ...{ MONITORAMENTO_PORTA: '0', NODE_COMPILE_CACHE: CACHE },
  }
  const processo = iniciar(env)
  const saiu = once(processo, 'exit')
  try {
    const banco = join(diretorio, 'dados', 'monitoramento.db')
    const url = await estarPronto(processo)
    using db = new DatabaseSync(banco, { readOnly: true })
    const auditadas = () => ler(db, 'select sum(auditadas) as n from contagens').n ?? 0
    await ate(() => auditadas() === jaHavia + novas, ESPERA_MS, 'tudo auditado')
    const { memoria_mb } = await medir(processo.pid ?? 0)
    const us = (await cpuEmUs(url)) / novas
    return {
      ...{ 'por segundo': porSegundo(db, jaHavia), 'µs de CPU por mensagem': us.toFixed(1) },
      'MB (PSS)': memoria_mb,
    }
  } finally {
    processo.kill('SIGTERM')
    await saiu
  }
}

const iniciar = (env: Record<string, string | undefined>) =>
  spawn(process.execPath, argumentosDe('monitoramento'), {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Its address, once it is ready; before that, whoever opens the book is in its way. */
async function estarPronto({ stdout }: ReturnType<typeof iniciar>): Promise<string> {
  for await (const linha of createInterface({ input: stdout })) {
    const [, url] = /pronto em (\S+)/.exec(linha) ?? []
    if (url === undefined) continue
    stdout.resume()
    return url
  }
  throw new Error('monitoramento terminou antes de estar pronto')
}

/** Of its whole life, the start included. */
async function cpuEmUs(url: string): Promise<number> {
  const metricas = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_cpu_seconds_total\S* (\S+)/m.exec(metricas)?.[1]) * 1_000_000
}

const ler = (db: DatabaseSync, sql: string, ...valores: number[]) =>
  db.prepare(sql).get(...valores) as Record<string, number>

/** From the first commit to the last, without those of the first. */
function porSegundo(db: DatabaseSync, jaHavia: number): number {
  const { de = 0, ate = 0 } = ler(
    db,
    'select min(auditada_ms) as de, max(auditada_ms) as ate from mensagens where id > ?',
    jaHavia,
  )
  const { n = 0 } = ler(
    db,
    'select count(*) as n from mensagens where id > ? and auditada_ms > ?',
    ...[jaHavia, de],
  )
  return Math.round((n * 1_000) / (ate - de))
}
