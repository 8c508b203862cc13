// How far behind each consumer group is, asked of the cluster and not of the members: a service
// that is down is the one whose lag matters.
import { Admin, ListOffsetTimestamps } from '@platformatic/kafka'
import { LEITORES, type Leitor } from '../../contratos/topicos.ts'
import { type ConexaoKafka, nomeNoCluster, opcoesDoCliente } from './conexao.ts'

/** Messages of one group, on one partition of a topic (our name), still to be confirmed. */
export interface Atraso {
  readonly grupo: string
  readonly topico: string
  readonly particao: number
  readonly mensagens: number
}

/** Whoever looks asks again: better no answer than a late one. */
const PRESSA = { connectTimeout: 1_000, requestTimeout: 1_000, timeout: 1_000, retries: 0 } as const

/** By name in the cluster and partition. */
type Offsets = ReadonlyMap<string, ReadonlyMap<number, bigint>>
interface Lugar {
  readonly nome: string
  readonly particao: number
}

/**
 * Of all groups, those of subscribers once they confirmed something: where none runs, none is late.
 * Throws whatever the client does when the cluster does not answer at once.
 */
export async function medirAtrasos(conexao: ConexaoKafka): Promise<readonly Atraso[]> {
  const admin = new Admin({ ...opcoesDoCliente(conexao, 'quatrovias-medidor'), ...PRESSA })
  try {
    const topicos = [...new Set(LEITORES.flatMap(({ topicos }) => topicos))]
    const particoes = await particoesDe(admin, conexao, topicos)
    const [fins, confirmados] = await Promise.all([
      offsetsDe(admin, [...particoes.values()].flat(), ListOffsetTimestamps.LATEST),
      confirmadosDe(admin),
    ])
    const ha = ({ grupo, opcional }: Leitor) =>
      !opcional || [...(confirmados.get(grupo)?.values() ?? [])].some(({ size }) => size > 0)
    const lidosPorGrupo = LEITORES.filter(ha)
      .flatMap(({ grupo, topicos }) =>
        topicos.flatMap((topico) =>
          (particoes.get(topico) ?? []).map((lugar) => ({ grupo, topico, ...lugar })),
        ),
      )
      .map((lido) => ({
        ...lido,
        fim: de(fins, lido) ?? 0n,
        confirmado: de(confirmados.get(lido.grupo), lido),
      }))
    // Of what nobody confirmed yet, the oldest that is still there is what comes next.
    const nunca = lidosPorGrupo.filter(({ fim, confirmado }) => confirmado === undefined && fim > 0)
    const inicios = await offsetsDe(admin, nunca, ListOffsetTimestamps.EARLIEST)
    return lidosPorGrupo.map(({ grupo, topico, particao, fim, confirmado, nome }) => {
      const feito = confirmado ?? de(inicios, { nome, particao }) ?? 0n
      return { grupo, topico, particao, mensagens: Math.max(0, Number(fim - feito)) }
    })
  } finally {
    await admin.close()
  }
}

/** The total of each group. */
export function porGrupo(atrasos: readonly Atraso[]): Record<string, number> {
  const totais: Record<string, number> = {}
  for (const { grupo, mensagens } of atrasos) totais[grupo] = (totais[grupo] ?? 0) + mensagens
  return totais
}

/** The partitions that are behind, the worst first. */
export const atrasadas = (atrasos: readonly Atraso[]): readonly Atraso[] =>
  atrasos.filter(({ mensagens }) => mensagens > 0).sort((a, b) => b.mensagens - a.mensagens)

const de = (offsets: Offsets | undefined, { nome, particao }: Lugar): bigint | undefined =>
  offsets?.get(nome)?.get(particao)

/** By our name. */
async function particoesDe(admin: Admin, conexao: ConexaoKafka, nossos: readonly string[]) {
  const nomeDe = (topico: string) => nomeNoCluster(conexao, topico)
  // The client sorts the very array that it is given.
  const { topics } = await admin.metadata({ topics: nossos.map(nomeDe) })
  return new Map<string, Lugar[]>(
    nossos.map((topico) => {
      const nome = nomeDe(topico)
      const quantas = topics.get(nome)?.partitionsCount ?? 0
      return [topico, Array.from({ length: quantas }, (_, particao) => ({ nome, particao }))]
    }),
  )
}

async function offsetsDe(
  admin: Admin,
  lugares: readonly Lugar[],
  timestamp: bigint,
): Promise<Offsets> {
  const porTopico = Map.groupBy(lugares, ({ nome }) => nome)
  const topics = [...porTopico].map(([name, deles]) => {
    const particoes = new Set(deles.map(({ particao }) => particao))
    const partitions = [...particoes].map((partitionIndex) => ({ partitionIndex, timestamp }))
    return { name, partitions }
  })
  if (topics.length === 0) return new Map()
  const lidos = await admin.listOffsets({ topics })
  return new Map(
    lidos.map(({ name, partitions }) => [
      name,
      new Map(partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset])),
    ]),
  )
}

/** By group; without a group, or a partition, that confirmed nothing. */
async function confirmadosDe(admin: Admin): Promise<ReadonlyMap<string, Offsets>> {
  const grupos = await admin.listConsumerGroupOffsets({
    groups: LEITORES.map(({ grupo }) => grupo),
  })
  return new Map(
    grupos.map(({ groupId, topics }) => [
      groupId,
      new Map(
        topics.map(({ name, partitions }) => [
          name,
          new Map(
            partitions
              .filter(({ committedOffset }) => committedOffset >= 0)
              .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
          ),
        ]),
      ),
    ]),
  )
}
