// The files that a managed Kafka hands out: its properties, and its certificate authority. What is
// in them is never shown: a message names the variable or the key.
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { ErroDeInicio } from '../persistencia/database.ts'
import type { Dito } from './configuracao_do_kafka.ts'

const OUTROS_LEEM = 0o044
const avisados = new Set<string>()

/** `chave=valor` a line, as librdkafka and Java write them; `#` and `!` begin a comment. */
export function lerPropriedades(caminho: string): ReadonlyMap<string, string> {
  const texto = lerArquivo('KAFKA_CONFIG', caminho)
  avisarSeAberto(caminho)
  const pares = texto
    .split(/\r?\n/)
    .map((linha) => /^\s*([^#!=:\s]+)\s*[=:]\s*(.*?)\s*$/.exec(linha))
  const lidos = pares.filter((par) => par !== null)
  return new Map(lidos.map(([, chave = '', valor = '']) => [chave, valor]))
}

/** The authority itself, in PEM. Errors: ErroDeInicio (2), also for one that is not used. */
export function lerCa({ onde, valor }: Dito, tls: boolean): string | undefined {
  if (!valor) return undefined
  if (!tls)
    throw new ErroDeInicio(`${onde} só serve com KAFKA_SECURITY_PROTOCOL SSL ou SASL_SSL`, 2)
  const pem = lerArquivo(onde, valor)
  try {
    new X509Certificate(pem)
    return pem
  } catch (causa) {
    throw new ErroDeInicio(`${onde} não leva a um certificado em PEM`, 2, causa)
  }
}

function lerArquivo(onde: string, caminho: string): string {
  try {
    return readFileSync(caminho, 'utf8')
  } catch (causa) {
    const codigo = (causa as NodeJS.ErrnoException).code
    const porque = codigo === 'ENOENT' ? 'o arquivo não existe' : `não foi possível ler (${codigo})`
    throw new ErroDeInicio(`${onde}: ${porque}`, 2, causa)
  }
}

/** Once a process: the configuration is read more than once. */
function avisarSeAberto(caminho: string): void {
  if (process.platform === 'win32' || avisados.has(caminho)) return
  if ((statSync(caminho).mode & OUTROS_LEEM) === 0) return
  avisados.add(caminho)
  console.error('aviso: outros usuários podem ler o arquivo de KAFKA_CONFIG; use chmod 600 nele')
}
