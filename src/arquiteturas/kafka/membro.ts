// One life in a consumer group: entered, watched for what ends it, and left.
import { type ClusterMetadata, Consumer } from '@platformatic/kafka'
import { ateOPrazo } from '../../persistencia/prazo.ts'
import { type ConexaoKafka, opcoesDoCliente } from './conexao.ts'

/** Also of the bare pipeline that ours is measured beside. */
export const GRUPO = {
  ...{ sessionTimeout: 6_000, rebalanceTimeout: 6_000, heartbeatInterval: 1_000 },
} as const
/** Well within a session: what the group heard it heard a little before its answer came. */
const LEMBRADA_MS = GRUPO.sessionTimeout / 2
/** How long an orderly stop waits for the cluster to hear of it. */
const SAIR_MS = 1_000

export type Membro = Consumer<Buffer, Buffer, Buffer, Buffer>

export interface QuemEntra {
  readonly conexao: ConexaoKafka
  readonly quem: string
  readonly grupo: string
  /** Names this member to the group for all its lives; without it each life is a new member. */
  readonly instancia: string | undefined
}
export interface Vida {
  readonly membro: Membro
  /** Rejects with what ended it. */
  readonly caiu: Promise<never>
  /** Aborted once one of the topics has other partitions than this member was given a share of. */
  readonly outrasParticoes: AbortSignal
  /**
   * Resolves once a partition has a newer leader than at this call: what the one before had may be
   * gone. It is known before anything is read of the new one.
   */
  outroLider(signal: AbortSignal): Promise<void>
  /**
   * In the group, and heard by it not long ago. One that stood still beyond its session was given
   * up, and what it owed may be behind what another has confirmed since; one that confirms without
   * being in the group is made to join by the client, without its topics, and confirms it then.
   */
  lembrada(): boolean
  /**
   * Leaves the group, so that whoever joins next shares out all partitions there are. Rejects if
   * the group did not hear of it: then the next life has the old share, and leaves in its turn.
   */
  deixar(): Promise<void>
}

/**
 * How many partitions of each topic were shared out, by its name in the cluster. Kept over all
 * lives: one that comes back within its session is given its old share, whatever there is by then.
 */
export type Particoes = Map<string, number | undefined>

/** `particoes` holds the topics, and is kept up to date. */
export function criarMembro(quem: QuemEntra, particoes: Particoes): Vida {
  const { instancia } = quem
  const membro: Membro = new Consumer({
    ...opcoesDoCliente(quem.conexao, quem.quem),
    ...GRUPO,
    groupId: quem.grupo,
    // One that comes back takes its own place at once; a new one waits out the old one's session.
    ...(instancia !== undefined && { groupInstanceId: instancia }),
  })
  // Without a listener for its errors the client would end the process.
  const caiu = new Promise<never>((_, rejeitar) => {
    membro.on('error', rejeitar)
    membro.on('consumer:heartbeat:stalled', ({ lastError }) => rejeitar(lastError))
  })
  caiu.catch(() => undefined)
  // Whoever was not asking for anything just then would go on with a leader it knows from before.
  membro.on('client:broker:disconnect', () => membro.clearMetadata())
  let entrouMs = 0
  membro.on('consumer:group:join', () => {
    entrouMs = Date.now()
  })
  const ouvidaMs = () => Math.max(entrouMs, membro.lastHeartbeat?.getTime() ?? 0)
  const lembrada = () => membro.isActive() && Date.now() - ouvidaMs() < LEMBRADA_MS
  const topicos = [...particoes.keys()]
  const outroLider = (signal: AbortSignal) => esperarOutroLider(membro, topicos, signal)
  return { membro, caiu, lembrada, outroLider, ...vigiarParticoes(membro, particoes) }
}

type Metadados = Pick<ClusterMetadata, 'topics'>

async function esperarOutroLider(
  membro: Membro,
  topicos: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const antes = new Map<string, number>()
  const ver = ({ topics }: Metadados) => {
    for (const nome of topicos) {
      topics.get(nome)?.partitions.forEach(({ leaderEpoch }, particao) => {
        if (leaderEpoch > antes.getOrInsert(`${nome}/${particao}`, leaderEpoch)) resolve()
      })
    }
  }
  if (membro.currentMetadata) ver(membro.currentMetadata)
  membro.on('client:metadata', ver)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  membro.off('client:metadata', ver)
}

/**
 * Partitions are shared out when members join, and the client joins for nothing else: once there
 * are others, this one has to leave, so that whoever joins next shares out them all.
 */
function vigiarParticoes(
  membro: Membro,
  repartidas: Particoes,
): Pick<Vida, 'outrasParticoes' | 'deixar'> {
  const mudanca = new AbortController()
  const vistas = new Map<string, number>()
  membro.on('client:metadata', ({ topics }) => {
    for (const [nome, antes] of repartidas) {
      const agora = topics.get(nome)?.partitionsCount
      if (agora === undefined) continue
      vistas.set(nome, agora)
      if (antes === undefined) repartidas.set(nome, agora)
      else if (antes !== agora) mudanca.abort()
    }
  })
  return {
    outrasParticoes: mudanca.signal,
    async deixar() {
      // Not by closing: that says nothing where the broker is out of reach.
      await membro.leaveGroup(true)
      for (const [nome, quantas] of vistas) repartidas.set(nome, quantas)
    },
  }
}

/** As far as it comes: a cluster that does not answer is not waited for. */
export async function comLimite(fazendo: Promise<unknown>): Promise<void> {
  const nada = () => undefined
  await ateOPrazo(fazendo.catch(nada), Date.now() + SAIR_MS, nada)
}

export const sair = (membro: Membro): Promise<void> => comLimite(membro.close(true))
