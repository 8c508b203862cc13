// Three brokers that are one Kafka: replicas on all, two of them needed to write. For what only
// shows when one of several falls.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConexaoKafka } from '../src/arquiteturas/kafka/conexao.ts'
import { type Broker, iniciarBroker, novoIdDoCluster } from '../src/infra/kafka/broker.ts'
import { escolherPortasDoBroker } from '../src/infra/kafka/portas.ts'
import { prepararBroker } from '../src/infra/kafka/preparo.ts'
import { conexaoPara } from './kafka.ts'

const NOS = [1, 2, 3] as const

export interface ClusterDeTeste extends AsyncDisposable {
  readonly conexao: ConexaoKafka
  /** `127.0.0.1:PORT` of each, in order. */
  readonly enderecos: readonly string[]
  /** kill -9 of the node at that place. */
  matar(indice: number): Promise<void>
  /** The same ports and data; a node that runs is stopped first. */
  reiniciar(indice: number): Promise<void>
}

export async function abrirClusterDeTeste(): Promise<ClusterDeTeste> {
  await using pilha = new AsyncDisposableStack()
  const raiz = await mkdtemp(join(tmpdir(), 'quatrovias-cluster-'))
  pilha.defer(() => rm(raiz, { recursive: true, force: true }))
  const ferramentas = await prepararBroker()
  // At once, so that all of them are held while the last is chosen.
  const portas = await Promise.all(NOS.map(() => escolherPortasDoBroker(0)))
  const votantes = portas.map(({ controlador }, i) => `${NOS[i]}@127.0.0.1:${controlador}`)
  const idDoCluster = novoIdDoCluster()
  const iniciar = (indice: number): Promise<Broker> =>
    iniciarBroker({
      ...{ ...ferramentas, diretorio: join(raiz, String(NOS[indice])), idDoCluster },
      portas: portas[indice]!,
      propriedades: {
        'node.id': String(NOS[indice]),
        'controller.quorum.voters': votantes.join(','),
        ...DE_TRES,
      },
    })
  const brokers = await Promise.all(NOS.map((_, i) => iniciar(i)))
  pilha.defer(async () => {
    await Promise.all(brokers.map((broker) => broker[Symbol.asyncDispose]()))
  })
  const enderecos = brokers.map(({ endereco }) => endereco)
  const aberto = pilha.move()
  return {
    ...{ conexao: conexaoPara(enderecos), enderecos },
    async matar(indice) {
      process.kill(brokers[indice]!.pid, 'SIGKILL')
      await brokers[indice]!.saida
    },
    async reiniciar(indice) {
      await brokers[indice]![Symbol.asyncDispose]()
      brokers[indice] = await iniciar(indice)
    },
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

const DE_TRES = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'share.coordinator.state.topic.replication.factor': '3',
  'share.coordinator.state.topic.min.isr': '2',
  // Three on one small machine: a slow heartbeat is not yet a dead broker.
  'broker.session.timeout.ms': '6000',
}
