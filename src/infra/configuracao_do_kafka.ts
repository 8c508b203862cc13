// What the environment says of Kafka: a broker of our own, one that is given, or a managed cluster
// with the properties file that came with it. Variables win over the file; no value is ever shown.
import type * as z from 'zod'
import type { ConexaoKafka } from '../arquiteturas/kafka/conexao.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { lerCa, lerPropriedades } from './propriedades_do_kafka.ts'
import { lerRenomeados } from './topicos_renomeados.ts'
import { brokers, mecanismo as mecanismos, protocolo as protocolos } from './variaveis_do_kafka.ts'

const PARTICOES_DO_PROPRIO = '6'
const PARTICOES_DE_OUTRO = 3

/** Name in the environment and, where the file has one, its names there. */
const CAMPOS = {
  brokers: ['KAFKA_BROKERS', 'bootstrap.servers'],
  protocolo: ['KAFKA_SECURITY_PROTOCOL', 'security.protocol'],
  mecanismo: ['KAFKA_SASL_MECHANISM', 'sasl.mechanisms', 'sasl.mechanism'],
  usuario: ['KAFKA_SASL_USERNAME', 'sasl.username'],
  senha: ['KAFKA_SASL_PASSWORD', 'sasl.password'],
  ca: ['KAFKA_SSL_CA', 'ssl.ca.location'],
} as const
type Campo = keyof typeof CAMPOS

/** Given to all processes by who starts a broker of our own on `porta`. */
export function ambienteDoBrokerProprio(
  porta: number,
  ambiente: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return {
    KAFKA_PORTA: String(porta),
    KAFKA_BROKERS: `127.0.0.1:${porta}`,
    KAFKA_PARTICOES: ambiente.KAFKA_PARTICOES || PARTICOES_DO_PROPRIO,
  }
}

/**
 * Undefined where no broker is named. The variables in `ambiente` make sense each by itself.
 * Errors: ErroDeInicio (code 2) that names the variable, or the key of the file, and no value.
 */
export function lerKafka(
  ambiente: NodeJS.ProcessEnv,
  topicos?: readonly string[],
): ConexaoKafka | undefined {
  const { KAFKA_CONFIG, KAFKA_PARTICOES, KAFKA_REPLICACAO } = ambiente
  const arquivo = KAFKA_CONFIG ? lerPropriedades(KAFKA_CONFIG) : undefined
  const dito = (campo: Campo): Dito => procurar(campo, ambiente, arquivo)
  const renomeados = lerRenomeados(ambiente, topicos)
  const lista = dito('brokers')
  if (!lista.valor) {
    if (arquivo) throw new ErroDeInicio('KAFKA_CONFIG não tem bootstrap.servers', 2)
    recusarSemBrokers(ambiente)
    return undefined
  }
  const protocolo = conferido(dito('protocolo'), protocolos) ?? 'PLAINTEXT'
  const tls = protocolo.endsWith('SSL')
  const sasl = protocolo.startsWith('SASL') ? lerSasl(dito) : recusarSasl(dito)
  const ca = lerCa(dito('ca'), tls)
  return {
    brokers: (conferido(lista, brokers) ?? '').split(',').map((um) => um.trim()),
    tls,
    ...(ca && { ca }),
    ...(sasl && { sasl }),
    renomeados,
    particoes: Number(KAFKA_PARTICOES || PARTICOES_DE_OUTRO),
    replicacao: Number(KAFKA_REPLICACAO || -1),
  }
}

/** A value and where it was said. */
export interface Dito {
  readonly onde: string
  readonly valor: string | undefined
}

function procurar(
  campo: Campo,
  ambiente: NodeJS.ProcessEnv,
  arquivo: ReadonlyMap<string, string> | undefined,
): Dito {
  const [variavel, ...chaves] = CAMPOS[campo]
  const chave = chaves.find((uma) => arquivo?.get(uma))
  if (ambiente[variavel] || !chave) return { onde: variavel, valor: ambiente[variavel] }
  return { onde: `${chave}, em KAFKA_CONFIG,`, valor: arquivo?.get(chave) }
}

function conferido<T>({ onde, valor }: Dito, esquema: z.ZodType<T>): T | undefined {
  if (!valor) return undefined
  const lido = esquema.safeParse(valor)
  if (lido.success) return lido.data
  throw new ErroDeInicio(`${onde} não serve: ${lido.error.issues[0]?.message}`, 2)
}

type Procurar = (campo: Campo) => Dito

function lerSasl(dito: Procurar): ConexaoKafka['sasl'] {
  const exigido = (campo: Campo): Dito & { valor: string } => {
    const { onde, valor } = dito(campo)
    if (valor) return { onde, valor }
    const chave = CAMPOS[campo][1]
    throw new ErroDeInicio(`${dito('protocolo').onde} pede SASL: falta ${onde} (${chave})`, 2)
  }
  const mecanismo = conferido(exigido('mecanismo'), mecanismos)
  const [usuario, senha] = [exigido('usuario').valor, exigido('senha').valor]
  return mecanismo && { mecanismo, usuario, senha }
}

/** A password that would not be used was meant for a door that is not asked for. */
function recusarSasl(dito: Procurar): undefined {
  const campos = ['mecanismo', 'usuario', 'senha'] as const
  const [sobra] = campos.map(dito).filter(({ valor }) => valor)
  if (!sobra) return undefined
  const como = 'KAFKA_SECURITY_PROTOCOL SASL_SSL ou SASL_PLAINTEXT'
  throw new ErroDeInicio(`${sobra.onde} só serve com ${como}`, 2)
}

function recusarSemBrokers(ambiente: NodeJS.ProcessEnv): void {
  const sobra = Object.values(CAMPOS).find(([variavel]) => ambiente[variavel])?.[0]
  if (!sobra) return
  throw new ErroDeInicio(`${sobra} só serve com KAFKA_BROKERS ou KAFKA_CONFIG`, 2)
}
