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

/** The protocol's word for no epoch of a leader, or an unknown one. */
export const SEM_EPOCA = -1

/** Whoever calls has a loop of its own that tries again: the client gives up early. */
const LIMITES = {
  connectTimeout: 2_000,
  requestTimeout: 10_000,
  timeout: 5_000,
  retries: 1,
  retryDelay: 100,
} as const

/** For a producer, a consumer or an admin of `quem`, e.g. `quatrovias-estoque`. */
export const opcoesDoCliente = ({ brokers, tls, ca, sasl }: ConexaoKafka, quem: string) => ({
  ...LIMITES,
  clientId: quem,
  bootstrapBrokers: [...brokers],
  ...(tls && { tls: ca === undefined ? {} : { ca } }),
  ...(sasl && {
    sasl: { mechanism: sasl.mecanismo, username: sasl.usuario, password: sasl.senha },
  }),
})

/** Then a reboot of this machine is one of the broker's too. */
export const ehDestaMaquina = ({ brokers }: ConexaoKafka): boolean =>
  brokers.every((broker) => /^(localhost|127\.|\[::1\])/.test(broker))

export const nomeNoCluster = ({ renomeados }: ConexaoKafka, topico: string): string =>
  renomeados[topico] ?? topico
