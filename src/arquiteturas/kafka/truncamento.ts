// A log may lose its end, to a broker that died before its disk had it or to an election among
// replicas that lagged, and then grow again under the very offsets that a group has confirmed: what
// it grew there nobody would read. The epoch of the leader, confirmed with each offset, tells where
// the cut was (KIP-320), and the group goes back to it.
import type { CommitOptionsPartition } from '@platformatic/kafka'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { type ConexaoKafka, SEM_EPOCA } from './conexao.ts'
import type { Membro, Vida } from './membro.ts'
import { comAdmin } from './topicos.ts'

/** Of one partition of a topic (its name in the cluster). */
interface Confirmado {
  readonly topico: string
  readonly particao: number
  readonly offset: bigint
  readonly epoca: number
}
type Resposta = Awaited<ReturnType<Membro['fetch']>>
type Dita = Resposta['responses'][number]['partitions'][number]

/** The answer stands beside the messages: of those none is wanted. */
const SO_PERGUNTA = { maxWaitTime: 0, minBytes: 0, maxBytes: 1 } as const
/** OFFSET_OUT_OF_RANGE, in the protocol. */
const FORA_DO_LOG = 1

/**
 * Of the partitions that the member has now. Resolves to true if the group was taken back: whoever
 * began to read before must begin again. After `signal` nothing is confirmed any more. Throws what
 * the client does when the cluster is not there.
 */
export async function voltarAoCorte(
  vida: Vida,
  conexao: ConexaoKafka,
  grupo: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { membro } = vida
  const confirmados = await confirmadosPor(membro, conexao, grupo)
  if (confirmados.length === 0) return false
  const nomes = new Set(confirmados.map(({ topico }) => topico))
  const { topics } = await membro.metadata({ topics: [...nomes] })
  const lider = ({ topico, particao }: Confirmado) =>
    topics.get(topico)?.partitions[particao]?.leader ?? -1
  const idDe = (topico: string) => topics.get(topico)?.id ?? ''
  const cortes = await Promise.all(
    [...Map.groupBy(confirmados, lider)].map(([node, deles]) =>
      cortesEm(membro, node, deles, idDe),
    ),
  )
  const offsets = cortes.flat()
  if (offsets.length === 0 || signal.aborted) return false
  if (!vida.lembrada()) throw passou('O grupo não ouve este membro.')
  await membro.commit({ offsets })
  return true
}

async function confirmadosPor(
  { assignments }: Membro,
  conexao: ConexaoKafka,
  grupo: string,
): Promise<readonly Confirmado[]> {
  const topics = (assignments ?? []).map(({ topic, partitions }) => ({
    ...{ name: topic, partitionIndexes: [...partitions] },
  }))
  if (topics.length === 0) return []
  const groups = [{ groupId: grupo, topics }]
  const achados = await comAdmin(conexao, (admin) => admin.listConsumerGroupOffsets({ groups }))
  return achados
    .flatMap((achado) => achado.topics)
    .flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch }) => ({
        ...{ topico: name, particao: partitionIndex },
        ...{ offset: committedOffset, epoca: committedLeaderEpoch },
      })),
    )
    .filter(({ offset, epoca }) => offset > 0n && epoca > SEM_EPOCA)
}

/** Asked of the broker `node`: of each place that is none of its log's any more, the one before. */
async function cortesEm(
  membro: Membro,
  node: number,
  confirmados: readonly Confirmado[],
  idDe: (topico: string) => string,
): Promise<CommitOptionsPartition[]> {
  const perguntas = confirmados.map(({ topico, particao, offset, epoca }) => ({
    ...{ partition: particao, fetchOffset: offset, partitionMaxBytes: 1 },
    ...{ topicId: idDe(topico), currentLeaderEpoch: SEM_EPOCA, lastFetchedEpoch: epoca },
  }))
  const topics = [...Map.groupBy(perguntas, ({ topicId }) => topicId)].map(
    ([topicId, partitions]) => ({ topicId, partitions }),
  )
  const { responses } = await membro.fetch({ ...SO_PERGUNTA, node, topics }).catch(respostaDe)
  // The client takes the epoch out of its own second attempt, which then finds nothing amiss.
  if (perguntas.some(({ lastFetchedEpoch }) => lastFetchedEpoch === SEM_EPOCA)) {
    throw passou('O líder mudou, ou a conexão caiu, no meio da pergunta.')
  }
  const ditas = new Map(
    responses.flatMap(({ topicId, partitions }) =>
      partitions.map((dita) => [`${topicId}/${dita.partitionIndex}`, dita] as const),
    ),
  )
  return confirmados.flatMap((confirmado) => {
    const { topico, particao } = confirmado
    const corte = corteDe(confirmado, ditas.get(`${idDe(topico)}/${particao}`))
    return corte ? [{ topic: topico, partition: particao, ...corte }] : []
  })
}

/** That some places are none of the log's is an error of the client's; what else is, is thrown. */
function respostaDe(erro: unknown): Resposta {
  const { response } = erro as { response?: Resposta }
  const ditas = response?.responses.flatMap(({ partitions }) => partitions) ?? []
  const outro = ditas.some(({ errorCode }) => errorCode !== 0 && errorCode !== FORA_DO_LOG)
  if (response?.errorCode !== 0 || outro) throw erro
  return response
}

function corteDe({ offset }: Confirmado, dita: Dita | undefined) {
  const { epoch, endOffset } = dita?.divergingEpoch ?? { epoch: SEM_EPOCA, endOffset: -1n }
  // Of such an epoch the log knows nothing: it is another one, or that long is it gone.
  const outroLog = (dita && dita.errorCode !== 0) || endOffset >= offset
  if (outroLog) return { offset: 0n, leaderEpoch: SEM_EPOCA }
  return endOffset < 0n ? undefined : { offset: endOffset, leaderEpoch: epoch }
}

const passou = (detalhe: string) => new ErroDeNegocio('servico_indisponivel', detalhe)
