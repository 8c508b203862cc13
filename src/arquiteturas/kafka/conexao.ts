// How a Kafka cluster is reached, and what our topics are called there.
export const MECANISMOS_SASL = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
export interface ConexaoKafka {
  /** `host:port` each. */
  readonly brokers: readonly string[]
  readonly tls: boolean
  /** Certificate authority, in PEM; without one, those of the system. */
  readonly ca?: string
  readonly sasl?: {
    readonly mecanismo: (typeof MECANISMOS_SASL)[number]
    readonly usuario: string
    readonly senha: string
  }
  /** Those renamed only: our name → the name there. */
  readonly renomeados: Readonly<Record<string, string>>
  readonly particoes: number
  /** -1: the broker's own default. */
  readonly replicacao: number
}
