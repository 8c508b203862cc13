// Our topics as the cluster has them, for whoever operates it: what each one holds, who leads it,
// and what each group still has to read.
import type { Admin } from '@platformatic/kafka'
import { TODOS_OS_TOPICOS } from '../../contratos/topicos.ts'
import { type ConexaoKafka, nomeNoCluster } from './conexao.ts'
import { comAdmin, faltantes } from './topicos.ts'

export interface ParticaoVista {
  readonly particao: number
  /** Brokers by their number; the leader is -1 while there is none. */
  readonly lider: number
  readonly replicas: readonly number[]
  /** The replicas that have everything. */
  readonly em_dia: readonly number[]
  readonly inicio: number
  readonly fim: number
}
export interface TopicoVisto {
  readonly nome: string
  readonly no_cluster: string
  /** None of a topic that is missing. */
  readonly particoes: readonly ParticaoVista[]
}
export interface GrupoVisto {
  readonly grupo: string
  /** Messages still to be confirmed, by partition. */
  readonly atrasos: readonly number[]
}

/** The protocol's words for the two ends of a partition. */
const INICIO = -2n
const FIM = -1n

/** All of ours, in the order of the flow, those that are missing too. */
export const listarTopicos = (conexao: ConexaoKafka): Promise<TopicoVisto[]> =>
  comAdmin(conexao, (admin) => verTopicos(admin, conexao, TODOS_OS_TOPICOS))

/** One, with the groups that have confirmed something of it; undefined when it is missing. */
export const descreverTopico = (
  conexao: ConexaoKafka,
  nome: string,
): Promise<(TopicoVisto & { readonly grupos: readonly GrupoVisto[] }) | undefined> =>
  comAdmin(conexao, async (admin) => {
    const [topico] = await verTopicos(admin, conexao, [nome])
    if (!topico || topico.particoes.length === 0) return undefined
    return { ...topico, grupos: await verGrupos(admin, topico) }
  })

/** Those that there were, by our names. */
export const apagarTopicos = (conexao: ConexaoKafka): Promise<string[]> =>
  comAdmin(conexao, async (admin) => {
    const faltam = await faltantes(admin, conexao)
    const achados = TODOS_OS_TOPICOS.filter((topico) => !faltam.includes(topico))
    if (achados.length > 0) {
      await admin.deleteTopics({ topics: achados.map((nome) => nomeNoCluster(conexao, nome)) })
    }
    return achados
  })

async function verTopicos(
  admin: Admin,
  conexao: ConexaoKafka,
  nomes: readonly string[],
): Promise<TopicoVisto[]> {
  const faltam = await faltantes(admin, conexao)
  const noCluster = (nome: string) => nomeNoCluster(conexao, nome)
  const existentes = nomes.filter((nome) => !faltam.includes(nome)).map(noCluster)
  if (existentes.length === 0) return nomes.map((nome) => ausente(nome, noCluster(nome)))
  const { topics } = await admin.metadata({ topics: existentes, forceUpdate: true })
  const [inicios, fins] = await Promise.all(
    [INICIO, FIM].map(async (timestamp) => {
      const pedidos = [...topics].map(([name, { partitions }]) => ({
        name,
        partitions: partitions.map((_, partitionIndex) => ({ partitionIndex, timestamp })),
      }))
      const listados = await admin.listOffsets({ topics: pedidos })
      return new Map(
        listados.flatMap(({ name, partitions }) =>
          partitions.map((p) => [`${name}/${p.partitionIndex}`, Number(p.offset)] as const),
        ),
      )
    }),
  )
  return nomes.map((nome) => {
    const no_cluster = noCluster(nome)
    const particoes = (topics.get(no_cluster)?.partitions ?? []).map((vista, particao) => ({
      ...{ particao, lider: vista.leader, replicas: vista.replicas, em_dia: vista.isr },
      inicio: inicios?.get(`${no_cluster}/${particao}`) ?? 0,
      fim: fins?.get(`${no_cluster}/${particao}`) ?? 0,
    }))
    return { nome, no_cluster, particoes }
  })
}

const ausente = (nome: string, no_cluster: string): TopicoVisto => ({
  ...{ nome, no_cluster, particoes: [] },
})

async function verGrupos(admin: Admin, topico: TopicoVisto): Promise<GrupoVisto[]> {
  const { no_cluster: name, particoes } = topico
  const partitionIndexes = particoes.map(({ particao }) => particao)
  const todos = [...(await admin.listGroups()).keys()].toSorted()
  if (todos.length === 0) return []
  const lidos = await admin.listConsumerGroupOffsets({
    groups: todos.map((groupId) => ({ groupId, topics: [{ name, partitionIndexes }] })),
  })
  return lidos.flatMap(({ groupId, topics }) => {
    const confirmados = new Map(
      topics
        .flatMap(({ partitions }) => partitions)
        .map((p) => [p.partitionIndex, Number(p.committedOffset)]),
    )
    // -1: nothing was confirmed.
    if (![...confirmados.values()].some((offset) => offset >= 0)) return []
    const atrasos = particoes.map(({ particao, inicio, fim }) => {
      return fim - Math.max(confirmados.get(particao) ?? 0, inicio)
    })
    return [{ grupo: groupId, atrasos }]
  })
}
