// The broker's jars, brought once by Maven, which checks their contents, into a cache outside of
// any checkout, and looked at on each start: what a cleaned disk left is brought again.
import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ErroDeInicio } from '../../persistencia/database.ts'

const POM = fileURLToPath(new URL('../../../ferramentas/kafka/pom.xml', import.meta.url))
const MANIFESTO = 'manifesto.json'
const JAVA_MINIMO = 17
const JAVA_LIMITE_MS = 15_000
const MAVEN_LIMITE_MS = 600_000
const MAVEN_SAIDA_BYTES = 4 * 1024 * 1024
const FAZER = [
  'para a arquitetura kafka é preciso Java 17 ou mais novo e Maven,',
  'ou um Kafka seu em KAFKA_BROKERS',
].join(' ')

interface Jar {
  readonly nome: string
  readonly bytes: number
}

/** What this machine lacks to run a broker, and what to do about it. Asks no network. */
export function faltaParaOBroker(): string | undefined {
  if (process.platform === 'win32') {
    return 'o broker não roda no Windows fora do WSL2; use-o, ou um Kafka seu em KAFKA_BROKERS'
  }
  const java = versaoDoJava()
  if (java === undefined) return `não há Java nesta máquina: ${FAZER}`
  if (java < JAVA_MINIMO) return `o Java desta máquina é o ${java}: ${FAZER}`
  if (!estaInteira(pastaDosJars()) && !noCaminho('mvn'))
    return `não há Maven nesta máquina: ${FAZER}`
  return undefined
}

/**
 * The directory of the jars; `dizer` hears one line when they have to be brought first.
 * Errors: ErroDeInicio (code 2) that says what is missing and what to do.
 */
export async function prepararJars(dizer?: (linha: string) => void): Promise<string> {
  const falta = faltaParaOBroker()
  if (falta) throw new ErroDeInicio(falta, 2)
  const pasta = pastaDosJars()
  if (estaInteira(pasta)) return pasta
  dizer?.('Trazendo o Apache Kafka pelo Maven (43 MB, só na primeira vez)…')
  const nova = `${pasta}.${randomUUID()}.novo`
  try {
    mkdirSync(nova, { recursive: true })
    await trazer(nova)
    escreverManifesto(nova)
    porNoLugar(nova, pasta)
    return pasta
  } catch (erro) {
    throw erro instanceof ErroDeInicio ? erro : semLugar(pasta, erro as Error)
  } finally {
    limpar(nova)
  }
}

function limpar(pasta: string): void {
  try {
    rmSync(pasta, { recursive: true, force: true })
  } catch {
    // What kept it from being made is said already.
  }
}

const semLugar = (pasta: string, erro: Error): ErroDeInicio => {
  const fazer = 'escolha outra pasta em XDG_CACHE_HOME, ou um Kafka seu em KAFKA_BROKERS'
  return new ErroDeInicio(
    `o Kafka não pôde ser guardado em ${pasta} (${erro.message}): ${fazer}`,
    2,
    erro,
  )
}

/** In the manifest's order: a class archive holds only for the very path that it was made with. */
export function caminhoDeClasses(pasta: string): string {
  const jars = lerManifesto(pasta).map(({ nome }) => join(pasta, nome))
  return jars.join(delimiter)
}

/** By the pom: another version is another directory, and both may be in use. */
function pastaDosJars(): string {
  const sha = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12)
  const raiz = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(raiz, 'quatrovias', `kafka-${sha}`)
}

function versaoDoJava(): number | undefined {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8', timeout: JAVA_LIMITE_MS })
  // Before 9 it said "1.8.0".
  const versao = /version "(?:1\.)?(\d+)/.exec(stderr ?? '')?.[1]
  return versao === undefined ? undefined : Number(versao)
}

const noCaminho = (programa: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((pasta) => existsSync(join(pasta, programa)))

/** Sizes only: reading 43 MB at each start would cost more than it finds. */
function estaInteira(pasta: string): boolean {
  try {
    const jars = lerManifesto(pasta)
    return jars.every(({ nome, bytes }) => statSync(join(pasta, nome)).size === bytes)
  } catch {
    return false
  }
}

function lerManifesto(pasta: string): readonly Jar[] {
  return JSON.parse(readFileSync(join(pasta, MANIFESTO), 'utf8')) as Jar[]
}

/** Written last: a directory without it is not complete. */
function escreverManifesto(pasta: string): void {
  const jars = readdirSync(pasta).map(
    (nome): Jar => ({ nome, bytes: statSync(join(pasta, nome)).size }),
  )
  writeFileSync(join(pasta, MANIFESTO), `${JSON.stringify(jars, null, 2)}\n`)
}

function trazer(pasta: string): Promise<void> {
  // Strict: a jar that is not what its checksum says fails.
  const argumentos = ['-q', '-B', '-C', '-f', POM, 'dependency:copy-dependencies']
  const opcoes = { timeout: MAVEN_LIMITE_MS, maxBuffer: MAVEN_SAIDA_BYTES }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  execFile('mvn', [...argumentos, `-DoutputDirectory=${pasta}`], opcoes, (erro, saida) => {
    if (!erro) return resolve()
    const dito = /^\[ERROR\] (.+)$/m.exec(saida)?.[1] ?? erro.message
    const porque = 'o Maven não trouxe o Kafka, e só na primeira vez é preciso rede'
    reject(new ErroDeInicio(`${porque}: ${FAZER} (${dito})`, 2, erro))
  })
  return promise
}

/** Another process may have been faster; what it made complete is as good. */
function porNoLugar(nova: string, pasta: string): void {
  if (estaInteira(pasta)) return
  const velha = `${nova}.velho`
  if (existsSync(pasta)) renameSync(pasta, velha)
  try {
    renameSync(nova, pasta)
  } catch (erro) {
    if (!estaInteira(pasta)) throw erro
  }
  rmSync(velha, { recursive: true, force: true })
}
