// What must be installed, how much memory is free, and whether the clock makes sense.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Conferencia } from './diagnostico_conferencia.ts'

const NODE_MINIMO = 26
const NPM_MINIMO = 9
const JAVA_MINIMO = 17
const MEMORIA_MINIMA_MB = 1_024
const ANO_MINIMO = 2_024
/** Maven starts a JVM only to say its version. */
const PROGRAMA_LIMITE_MS = 15_000

export async function conferirMaquina(): Promise<readonly Conferencia[]> {
  const [npm, java, maven] = await Promise.all([
    versaoDe('npm', ['--version'], /^(\d[\d.]*)/m),
    versaoDe('java', ['-version'], /version "([^"]+)"/),
    versaoDe('mvn', ['--version'], /Apache Maven ([\d.]+)/),
  ])
  return [
    conferirNode(process.version),
    programa('npm', npm, NPM_MINIMO, `instale o npm ${NPM_MINIMO} ou mais novo`),
    programa('Java', java, JAVA_MINIMO, `para Kafka: instale o Java ${JAVA_MINIMO} ou mais novo`),
    programa('Maven', maven, 3, 'para Kafka: instale o Maven 3'),
    conferirMemoria(Math.round(process.availableMemory() / 2 ** 20)),
    conferirRelogio(new Date()),
  ]
}

export function conferirNode(versao: string): Conferencia {
  const maior = Number(/^v(\d+)/.exec(versao)?.[1])
  if (maior >= NODE_MINIMO) return { nome: 'Node', resultado: 'ok', achado: versao }
  const fazer = 'rode pelo npm (npm run diagnostico), que usa o Node do projeto'
  return { nome: 'Node', resultado: 'falha', achado: `${versao}; precisa do 26`, fazer }
}

interface Versao {
  readonly maior: number
  readonly texto: string
}

/** None of them is needed to start: npm only to install, the others for what is to come. */
export function programa(
  nome: string,
  versao: Versao | undefined,
  minimo: number,
  fazer: string,
): Conferencia {
  if (!versao) return { nome, resultado: 'aviso', achado: 'não encontrado', fazer }
  const { maior, texto } = versao
  if (maior >= minimo) return { nome, resultado: 'ok', achado: texto }
  return { nome, resultado: 'aviso', achado: `${texto} é antigo`, fazer }
}

export function conferirMemoria(livreMb: number): Conferencia {
  const achado = `${livreMb.toLocaleString('pt-BR')} MB livres`
  if (livreMb >= MEMORIA_MINIMA_MB) return { nome: 'memória', resultado: 'ok', achado }
  const fazer = 'feche programas, ou use menos: npm start -- --junto'
  return { nome: 'memória', resultado: 'aviso', achado, fazer }
}

export function conferirRelogio(agora: Date): Conferencia {
  const achado = agora.toISOString()
  if (agora.getUTCFullYear() >= ANO_MINIMO) return { nome: 'relógio', resultado: 'ok', achado }
  const fazer = 'acerte a data: pedidos, notas e certificados dependem dela'
  return { nome: 'relógio', resultado: 'aviso', achado, fazer }
}

/** Java says its version on stderr, the others on stdout. */
async function versaoDe(
  comando: string,
  argumentos: string[],
  padrao: RegExp,
): Promise<Versao | undefined> {
  try {
    const opcoes = { timeout: PROGRAMA_LIMITE_MS }
    const { stdout, stderr } = await promisify(execFile)(comando, argumentos, opcoes)
    const texto = padrao.exec(stdout + stderr)?.[1]
    return texto === undefined ? undefined : { maior: Number.parseInt(texto, 10), texto }
  } catch {
    return undefined
  }
}
