// The way by Kafka as a person looks at it, put together from what each service says: for the
// terminal and for the gateway.
import type { GruposVistos, KafkaDoServico } from '../arquiteturas/kafka/situacao.ts'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'

/** What a service has decided and not yet published. */
export interface SaidaVista {
  readonly pendentes: number
  /** Of the oldest of them; 0 without any. */
  readonly idade_ms: number
  /** Refused for good by the cluster. */
  readonly retidos: number
}
/** Null is what nobody says right now. */
export interface SituacaoDoKafka {
  readonly brokers: readonly string[] | null
  readonly responde: boolean
  /** Messages to be confirmed, by consumer group. */
  readonly atraso: Readonly<Record<string, number>> | null
  /** Of these, group, topic and partition, those that are behind alone, the worst first. */
  readonly particoes_atrasadas: GruposVistos['particoes_atrasadas']
  readonly mortas_pendentes: number | null
  /** The age of the oldest order by kafka that is still open; 0 without any. */
  readonly aberto_mais_velho_ms: number | null
  readonly saida: Readonly<Record<NomeServico, SaidaVista | null>>
}

/** Answers the body of a GET, undefined without a success in time. */
export type Perguntar = (servico: NomeServico, caminho: string, ms: number) => Promise<unknown>

/** A service answers of itself at once or not at all; pedidos waits a second for the cluster. */
const ESPERA_MS = 500
const ESPERA_DO_KAFKA_MS = 2_000

/** Undefined when no service says anything of Kafka: it is closed, or nothing runs. */
export async function situacaoDoKafka(perguntar: Perguntar): Promise<SituacaoDoKafka | undefined> {
  const saidaDe = async (nome: NomeServico): Promise<SaidaVista | null> => {
    const dito = (await perguntar(nome, '/interno/kafka', ESPERA_MS)) as KafkaDoServico | undefined
    if (!dito) return null
    const { pendentes, idadeMs, retidos } = dito.publicacao
    return { pendentes, idade_ms: idadeMs, retidos }
  }
  const [grupos, ...saidas] = await Promise.all([
    perguntar('pedidos', '/interno/kafka/grupos', ESPERA_DO_KAFKA_MS) as Promise<
      GruposVistos | undefined
    >,
    ...SERVICOS.map(saidaDe),
  ])
  if (!grupos && saidas.every((saida) => saida === null)) return undefined
  const {
    brokers = null,
    responde = false,
    atraso = null,
    particoes_atrasadas = null,
    mortas_pendentes = null,
    aberto_mais_velho_ms = null,
  } = grupos ?? {}
  const saida = Object.fromEntries(SERVICOS.map((nome, i) => [nome, saidas[i] ?? null]))
  return {
    ...{ brokers, responde, atraso, particoes_atrasadas, mortas_pendentes, aberto_mais_velho_ms },
    saida: saida as SituacaoDoKafka['saida'],
  }
}
