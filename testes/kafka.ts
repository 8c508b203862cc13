// A Kafka broker of its own for one test file, on free ports, in a directory that goes with it. It
// can be killed, frozen and brought back where it was.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ConexaoKafka } from '../src/arquiteturas/kafka/conexao.ts'
import { type Broker, iniciarBroker, type OpcoesDoBroker } from '../src/infra/kafka/broker.ts'
import { faltaParaOBroker } from '../src/infra/kafka/jars.ts'
import { escolherPortasDoBroker } from '../src/infra/kafka/portas.ts'
import { prepararBroker } from '../src/infra/kafka/preparo.ts'

const PARTICOES = 3

export interface BrokerDeTeste extends AsyncDisposable {
  /** `127.0.0.1:PORT`, the same over all its lives. */
  readonly endereco: string
  readonly conexao: ConexaoKafka
  /** Its topics, a directory for each partition of each. */
  readonly dados: string
  /** Of the Java process that runs now. */
  readonly pid: number
  /** kill -9; resolves when it is gone. */
  matar(): Promise<void>
  /** After `matar`, or instead: the same ports and the same data. */
  reiniciar(): Promise<void>
  /** These topics as they are now: it dies for that, and comes back. */
  guardar(topicos: readonly string[]): Promise<TopicosGuardados>
  /** SIGSTOP: it still accepts connections and answers nothing. */
  congelar(): void
  descongelar(): void
}

export interface TopicosGuardados {
  /** Leaves the broker dead, and the topics as they were: `reiniciar` brings it back. */
  devolver(): Promise<void>
}

/** Why tests with a broker are skipped on this machine; false when they are not. */
export const faltaKafka = (): string | false => faltaParaOBroker() ?? false

export interface OpcoesDeTeste extends Pick<OpcoesDoBroker, 'propriedades' | 'formato'> {
  /** What a client needs to know beside the address. */
  readonly conexao?: Partial<ConexaoKafka>
}

export async function abrirBrokerDeTeste(opcoes: OpcoesDeTeste = {}): Promise<BrokerDeTeste> {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-ação-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const portas = await escolherPortasDoBroker(0)
  const { conexao, ...outras } = opcoes
  const ferramentas = await prepararBroker()
  const iniciar = (): Promise<Broker> =>
    iniciarBroker({ ...outras, ...ferramentas, diretorio, portas })
  let broker = await iniciar()
  pilha.defer(() => broker[Symbol.asyncDispose]())
  const { endereco } = broker
  const dados = join(diretorio, 'kafka', 'dados')
  const matar = async (): Promise<void> => {
    process.kill(broker.pid, 'SIGKILL')
    await broker.saida
  }
  const reiniciar = async (): Promise<void> => {
    await broker[Symbol.asyncDispose]()
    broker = await iniciar()
  }
  const aberto = pilha.move()
  return {
    endereco,
    conexao: conexaoPara([endereco], conexao),
    dados,
    get pid() {
      return broker.pid
    },
    matar,
    reiniciar,
    guardar: (topicos) => guardar(topicos, { dados, matar, reiniciar }),
    congelar: () => void process.kill(broker.pid, 'SIGSTOP'),
    descongelar: () => void process.kill(broker.pid, 'SIGCONT'),
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

type Parado = Pick<BrokerDeTeste, 'dados' | 'matar' | 'reiniciar'>

async function guardar(
  topicos: readonly string[],
  { dados, matar, reiniciar }: Parado,
): Promise<TopicosGuardados> {
  await matar()
  const guardados = join(dirname(dados), 'guardados')
  const deles = (pasta: string) => topicos.includes(pasta.replace(/-\d+$/, ''))
  const pastas = (await readdir(dados)).filter(deles)
  const copiar = async (de: string, para: string) => {
    for (const pasta of pastas) {
      await rm(join(para, pasta), { recursive: true, force: true })
      await cp(join(de, pasta), join(para, pasta), { recursive: true })
    }
  }
  await copiar(dados, guardados)
  await reiniciar()
  return {
    async devolver() {
      await matar()
      await copiar(guardados, dados)
    },
  }
}

export const conexaoPara = (
  brokers: readonly string[],
  outra: Partial<ConexaoKafka> = {},
): ConexaoKafka => ({
  ...{ brokers, tls: false, renomeados: {}, particoes: PARTICOES, replicacao: -1 },
  ...outra,
})
