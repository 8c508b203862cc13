// A real Apache Kafka broker of our own: one node, KRaft, on this machine only. It ends with the
// process that started it, however that ends (../guardiao.ts).
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { ficarPronto, guardar } from '../guardiao.ts'
import { conter } from '../supervisao/arquivo_de_log.ts'
import { caminhoDeClasses } from './jars.ts'
import { anotarBroker, esquecerBroker } from './processo.ts'
import { type PortasDoBroker, propriedades } from './propriedades.ts'
import { aceita, responde } from './sonda.ts'

export interface Ferramentas {
  /** Directory. */
  readonly jars: string
  /** Archive of their classes (preparo.ts). */
  readonly classes?: string
}

export interface OpcoesDoBroker extends Ferramentas {
  /** The run-time directory: data in `kafka/`, output in `logs/broker.log`. */
  readonly diretorio: string
  readonly portas: PortasDoBroker
  /** Added to Java's own arguments. */
  readonly jvm?: readonly string[]
  /** Added to server.properties, and stronger than ours. */
  readonly propriedades?: Readonly<Record<string, string>>
  /** Arguments of the first time's `format`. */
  readonly formato?: readonly string[]
  /** The same for all nodes of a cluster; by default a new one, kept with the data. */
  readonly idDoCluster?: string
}

export interface Broker extends AsyncDisposable {
  /** e.g. `127.0.0.1:9092` */
  readonly endereco: string
  /** Of the Java process. */
  readonly pid: number
  /** When it is gone, asked for or not: why, in Portuguese. Never rejects. */
  readonly saida: Promise<string>
}

const FORMATO_LIMITE_MS = 30_000
const CONFERIR_LOG_MS = 5_000
const ID_DO_CLUSTER_BYTES = 16

/** Java reads the names of files as the locale says, and without one has no accents. */
const EM_UTF8 = { ...process.env, LC_ALL: 'C.UTF-8' }

/** Half a gigabyte of heap, the collector and the compiler that take least memory and start. */
const JVM = [
  ...['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
  ...['-Djava.awt.headless=true', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'],
]

/**
 * Resolves when the broker serves, which the first time takes a second more.
 * Errors: ErroDeInicio, with the broker's own last words.
 */
export async function iniciarBroker(opcoes: OpcoesDoBroker): Promise<Broker> {
  const pasta = join(resolve(opcoes.diretorio), 'kafka')
  const log = join(resolve(opcoes.diretorio), 'logs', 'broker.log')
  if (pasta.includes(',')) {
    throw new ErroDeInicio(`o Kafka não guarda nada em ${pasta}: há uma vírgula no caminho`, 2)
  }
  mkdirSync(pasta, { recursive: true })
  const arquivo = join(pasta, 'server.properties')
  const { portas } = opcoes
  const texto = propriedades(join(pasta, 'dados'), portas, opcoes.propriedades ?? {})
  // Passwords may be in it.
  writeFileSync(arquivo, texto, { mode: 0o600 })
  await formatar(pasta, arquivo, opcoes)
  await conter(log)
  const java = [...argumentosDoJava(opcoes), ...(opcoes.jvm ?? []), 'kafka.Kafka', arquivo]
  const guardado = await guardar('java', java, {
    ...({ pasta, log, sinal: 'SIGTERM', ambiente: EM_UTF8 } as const),
  })
  anotarBroker(opcoes.diretorio, guardado.quem)
  const saida = guardado.saida.finally(() => esquecerBroker(opcoes.diretorio))
  // It opens its doors one after another.
  const pronto = async () => (await aceita(portas.clientes)) && (await responde(portas.interna))
  await ficarPronto(guardado, 'o broker', pronto, ehDito)
  const relogio = setInterval(() => void conter(log), CONFERIR_LOG_MS).unref()
  return {
    endereco: `127.0.0.1:${portas.clientes}`,
    pid: guardado.quem.pid,
    saida,
    async [Symbol.asyncDispose]() {
      clearInterval(relogio)
      await guardado.parar()
      await saida
    },
  }
}

/** An archive that does not serve is ignored by Java, which then starts as without one. */
const argumentosDoJava = ({ jars, classes }: Ferramentas): string[] => [
  ...JVM,
  ...(classes ? [`-XX:SharedArchiveFile=${classes}`] : []),
  ...['-cp', caminhoDeClasses(jars)],
]

/** Only what was never formatted: the data says so by its last file. */
async function formatar(pasta: string, arquivo: string, opcoes: OpcoesDoBroker): Promise<void> {
  if (existsSync(join(pasta, 'dados', 'meta.properties'))) return
  const id = opcoes.idDoCluster ?? novoIdDoCluster()
  const ferramenta = [...argumentosDoJava(opcoes), 'kafka.tools.StorageTool']
  const argumentos = ['format', '--cluster-id', id, '--config', arquivo, '--ignore-formatted']
  try {
    await promisify(execFile)('java', [...ferramenta, ...argumentos, ...(opcoes.formato ?? [])], {
      timeout: FORMATO_LIMITE_MS,
      env: EM_UTF8,
    })
  } catch (erro) {
    const { stdout = '', stderr = '' } = erro as { stdout?: string; stderr?: string }
    const dito = `${stdout}\n${stderr}`.trim().split('\n').filter(ehDito).at(-1)
    throw new ErroDeInicio(`o Kafka não pôde preparar ${pasta}: ${dito}`, 1, erro)
  }
}

/** Kafka's own alphabet; a hyphen in front would look like an option. */
export const novoIdDoCluster = (): string =>
  randomBytes(ID_DO_CLUSTER_BYTES).toString('base64url').replace(/^-/, 'A')

/** Of a Java error, its name and not where it was thrown. */
const ehDito = (linha: string): boolean => !/^\s+(at |\.\.\. )/.test(linha)
