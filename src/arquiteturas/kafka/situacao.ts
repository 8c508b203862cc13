// What can be seen of this process' way by Kafka: what waits to be published, what waits to be
// read, and, in pedidos, the cluster and all its groups. Whoever looks is answered without it too.
import type { FastifyInstance } from 'fastify'
import { ateOPrazo } from '../../persistencia/prazo.ts'
import type { Relay, Situacao } from '../../persistencia/relay.ts'
import type { Bastidores } from '../arquitetura.ts'
import { type Atraso, atrasadas, medirAtrasos, porGrupo } from './atraso.ts'
import type { ConexaoKafka } from './conexao.ts'
import type { Consumidor } from './consumidor.ts'
import { criarFresco } from './fresco.ts'
import type { Fontes } from './medidas.ts'

/** How long whoever looks waits for the cluster: the member is connected already. */
const OLHAR_MS = 250

/** `GET /interno/kafka`. */
export interface KafkaDoServico {
  readonly publicacao: Situacao
  /** By topic and partition, of this member alone; null when the cluster does not say it now. */
  readonly leitura: Readonly<Record<string, readonly number[]>> | null
}
/** `GET /interno/kafka/grupos`, of pedidos. */
export interface GruposVistos {
  readonly brokers: readonly string[]
  readonly responde: boolean
  /** Messages to be confirmed, by group; null when the cluster does not say it now. */
  readonly atraso: Readonly<Record<string, number>> | null
  /** Of these, group, topic and partition, those that are behind alone, the worst first. */
  readonly particoes_atrasadas: readonly Atraso[] | null
  readonly mortas_pendentes: number | null
  /** The age of the oldest order by kafka that is still open; 0 without any. */
  readonly aberto_mais_velho_ms: number | null
}

/** The groups are looked at by one service for all: pedidos, which keeps their dead letters too. */
export function fontesDe(
  conexao: ConexaoKafka,
  relay: Relay,
  { mortasPendentes, criadoEm, abertoMaisVelho }: Bastidores,
): Fontes {
  const abertoMaisVelhoMs =
    abertoMaisVelho &&
    (async () => {
      const feito = await abertoMaisVelho('kafka')
      return feito === undefined ? 0 : Math.max(0, Date.now() - Date.parse(feito))
    })
  return {
    ...{ publicacao: criarFresco(relay.situacao), criadoEm },
    atrasos: mortasPendentes && criarFresco(() => medirAtrasos(conexao)),
    mortasPendentes: mortasPendentes && criarFresco(mortasPendentes),
    abertoMaisVelhoMs: abertoMaisVelhoMs && criarFresco(abertoMaisVelhoMs),
  }
}

const tags = ['operação']

export function registrarSituacao(
  app: FastifyInstance,
  relay: Relay,
  consumidor: Consumidor | undefined,
): void {
  app.register(async (rotas) => {
    rotas.get('/interno/kafka', {
      schema: { summary: 'O que falta publicar e o que falta ler', tags },
      handler: async (): Promise<KafkaDoServico> => ({
        publicacao: await relay.situacao(),
        leitura: consumidor ? await leituraDe(consumidor) : {},
      }),
    })
  })
}

async function leituraDe(consumidor: Consumidor): Promise<KafkaDoServico['leitura']> {
  const atraso = consumidor.atraso().catch(() => undefined)
  const lido = await ateOPrazo(atraso, Date.now() + OLHAR_MS, () => undefined)
  return lido ? Object.fromEntries(lido) : null
}

export function registrarGrupos(
  app: FastifyInstance,
  { brokers }: ConexaoKafka,
  { atrasos, mortasPendentes, abertoMaisVelhoMs }: Fontes,
): void {
  if (!atrasos) return
  app.register(async (rotas) => {
    rotas.get('/interno/kafka/grupos', {
      schema: { summary: 'O Kafka, o atraso de cada grupo, as mortas e o mais velho', tags },
      handler: async (): Promise<GruposVistos> => {
        const [lidos, mortas, maisVelho] = await Promise.all([
          atrasos(),
          mortasPendentes?.(),
          abertoMaisVelhoMs?.(),
        ])
        return {
          ...{ brokers, responde: lidos !== undefined },
          atraso: lidos ? porGrupo(lidos) : null,
          particoes_atrasadas: lidos ? atrasadas(lidos) : null,
          mortas_pendentes: mortas ?? null,
          aberto_mais_velho_ms: maisVelho ?? null,
        }
      },
    })
  })
}
