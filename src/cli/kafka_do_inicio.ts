// What `npm start` decides about Kafka before anything starts: a given one, one of our own or,
// where no broker can run and nobody asked for it, the other architectures alone.
import { type Configuracao, lerConfiguracao } from '../infra/configuracao.ts'
import { ambienteDoBrokerProprio } from '../infra/configuracao_do_kafka.ts'
import { lerEstado } from '../infra/estado.ts'
import { prepararBroker } from '../infra/kafka/preparo.ts'
import { brokerEm, encerrarSobra } from '../infra/kafka/processo.ts'
import { PORTA_DO_KAFKA } from '../infra/topologia.ts'
import { ErroDeInicio } from '../persistencia/database.ts'

export interface KafkaDoInicio {
  /** Without kafka among the architectures, where it cannot be had. */
  readonly configuracao: Configuracao
  readonly brokerProprio: boolean
}

const abreKafka = ({ arquiteturas }: Configuracao): boolean => arquiteturas.includes('kafka')

const semKafka = ({ arquiteturas }: Configuracao) => arquiteturas.filter((nome) => nome !== 'kafka')

/**
 * `pedida`: the architectures were named, so what is missing is an error (ErroDeInicio, code 2);
 * by default it is told in one line.
 */
export async function decidirKafka(
  configuracao: Configuracao,
  pedida: boolean,
  dizer: (linha: string) => void,
): Promise<KafkaDoInicio> {
  if (!abreKafka(configuracao) || configuracao.kafka) return { configuracao, brokerProprio: false }
  try {
    await prepararBroker(dizer)
  } catch (erro) {
    if (pedida || !(erro instanceof ErroDeInicio)) throw erro
    dizer(`Sem a arquitetura kafka: ${erro.message}`)
    const arquiteturas = semKafka(configuracao)
    return { configuracao: { ...configuracao, arquiteturas }, brokerProprio: false }
  }
  // Before the ports are chosen: what it holds may be ours.
  await encerrarSobra(configuracao.diretorio)
  return { configuracao, brokerProprio: true }
}

/** `host:port` of ours, or those of the one that is given, where the architecture is open. */
export function enderecoDoKafka(
  configuracao: Configuracao,
  porta: number | undefined,
): string | undefined {
  if (porta !== undefined) return `127.0.0.1:${porta}`
  return abreKafka(configuracao) ? configuracao.kafka?.brokers.join(',') : undefined
}

/**
 * For a service alone in a terminal, where no broker was named: the one that this product runs in
 * the same directory; where kafka was asked for by name, the usual port, though it be empty yet. A
 * port that merely answers may be another project's broker.
 */
export function kafkaDestaMaquina(
  configuracao: Configuracao,
  pedida: boolean,
  dizer: (linha: string) => void,
): Configuracao {
  if (!abreKafka(configuracao) || configuracao.kafka) return configuracao
  const { diretorio } = configuracao
  const noAr = lerEstado(diretorio)?.kafka?.split(':').at(-1)
  const deCostume = configuracao.porta('kafka') ?? PORTA_DO_KAFKA
  // A broker of ours may run alone too, in a terminal.
  const porta = noAr ?? (pedida || brokerEm(diretorio) ? deCostume : undefined)
  if (porta !== undefined) {
    return lerConfiguracao({ ...process.env, ...ambienteDoBrokerProprio(Number(porta)) })
  }
  dizer('Sem a arquitetura kafka: não há um broker nosso no ar, e KAFKA_BROKERS não diz outro')
  return { ...configuracao, arquiteturas: semKafka(configuracao) }
}
