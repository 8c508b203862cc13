// A member of a consumer group: reads its partitions, hands each message to the parallel handling,
// and confirms what is done. Whatever ends the reading (a broker that died, a rebalance), it begins
// again from what was confirmed; what is then read twice is absorbed (K4).
import { once } from 'node:events'
import { setTimeout as esperar } from 'node:timers/promises'
import {
  Consumer,
  type Message,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  type MessagesStream as Stream,
} from '@platformatic/kafka'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { pontoDeQueda } from '../../persistencia/queda.ts'
import { type ConexaoKafka, nomeNoCluster, opcoesDoCliente } from './conexao.ts'
import { type Consumo, iniciarConsumo } from './consumo.ts'
import { deKafka } from './errors.ts'
import type { Recebida, Tratar } from './inbound.ts'
import { lerCada } from './leitor.ts'
import type { Lugar } from './trilhas.ts'

/** Orders in flight in one service: enough to hide any simulated delay. */
export const JANELA = 1_000
const GRANDE_BYTES = 65_536
const CONFIRMAR_MS = 100
const PRIMEIRA_PAUSA_MS = 100
const MAIOR_PAUSA_MS = 1_000
/** A reading that lasted so long had worked, whatever ended it: longer than any request waits. */
const FUNCIONOU_MS = 15_000
/** How long an orderly stop waits for the cluster to hear of it. */
const SAIR_MS = 1_000
/** Also of the bare pipeline that ours is measured beside, as is the next, but for its sizes. */
export const GRUPO = {
  ...{ sessionTimeout: 6_000, rebalanceTimeout: 6_000, heartbeatInterval: 1_000 },
} as const
/** Well within a session: what the group heard it heard a little before its answer came. */
const LEMBRADO_MS = GRUPO.sessionTimeout / 2
/**
 * Two hundred messages at a time and no more lying ready: what is read and decided together is gone
 * before the collector comes for it; measured, a quarter of what an order costs.
 */
export const LEITURA = {
  autocommit: false,
  minBytes: 1,
  maxBytes: 131_072,
  maxBytesPerPartition: 65_536,
  highWaterMark: 64,
  maxWaitTime: 500,
  mode: MessagesStreamModes.COMMITTED,
  fallbackMode: MessagesStreamFallbackModes.EARLIEST,
} as const

type Leitor = Stream<Buffer, Buffer, Buffer, Buffer>
type Lida = Message<Buffer, Buffer, Buffer, Buffer>
type Membro = Consumer<Buffer, Buffer, Buffer, Buffer>
/** Done and not yet confirmed, by topic and partition. */
type Devidos = Map<string, Lugar>
/** The protocol's word for none. */
const SEM_EPOCA = -1

export interface OpcoesDoConsumidor {
  readonly conexao: ConexaoKafka
  readonly quem: string
  readonly grupo: string
  /** Names this member to the group for all its lives; without it each life is a new member. */
  readonly instancia: string | undefined
  /** Our names. */
  readonly topicos: readonly string[]
  readonly tratar: Tratar
  /** Messages in flight at most. */
  readonly janela?: number
  /** false: those of one key do not wait for each other; `tratar` is called as they were read. */
  readonly porChave?: boolean
  /** Once for each outage. */
  aoFalhar(erro: ErroDeNegocio): void
}
export interface Consumidor extends AsyncDisposable {
  /** Messages of the group still to be confirmed, by topic (our name) and partition. */
  atraso(): Promise<ReadonlyMap<string, readonly number[]>>
}

export function iniciarConsumidor(opcoes: OpcoesDoConsumidor): Consumidor {
  const { conexao, topicos, tratar, janela = JANELA, porChave = true } = opcoes
  const noCluster = topicos.map((topico) => nomeNoCluster(conexao, topico))
  const nossos = new Map(noCluster.map((nome, i) => [nome, topicos[i]!]))
  const fim = new AbortController()
  const { signal } = fim
  const chaveDe = ({ topico, chave }: Recebida) =>
    porChave && chave ? `${topico}/${chave.toString('latin1')}` : undefined
  const consumo = iniciarConsumo<Recebida>({ janela, chaveDe, tratar })
  const devidos: Devidos = new Map()
  let membro: Membro | undefined

  function receber(lida: Lida, signal: AbortSignal): Promise<void> {
    const recebida = comoRecebida(lida, nossos.get(lida.topic) ?? lida.topic)
    if ((lida.value?.length ?? 0) <= GRANDE_BYTES) return consumo.receber(recebida)
    // A huge one travels alone: a thousand of them would be a gigabyte. Meanwhile its generation
    // may have ended, and the next one reads it again.
    return consumo.ociosa().then(() => (signal.aborted ? undefined : consumo.receber(recebida)))
  }

  /**
   * One stream for each generation of the group: what an old one still holds may be somebody
   * else's by now, and must not count in the new one. The next is opened before the last is closed:
   * without any, the client would leave its topics and join the group once more.
   */
  async function lerGeracoes(): Promise<void> {
    // What failed once is trusted no more: it may believe itself in a group that forgot it.
    if (membro) await sair(membro)
    const { novo, caiu } = criarMembro(opcoes)
    membro = novo
    let leitor: Leitor | undefined
    try {
      while (!signal.aborted) {
        const anterior = leitor
        leitor = await novo.consume({ ...LEITURA, topics: noCluster })
        anterior?.destroy()
        consumo.novaGeracao()
        devidos.clear()
        const desta = new AbortController()
        const lendo = lerCada<Lida>(leitor, (um) => receber(um, desta.signal), desta.signal)
        const outra = once(novo, 'consumer:group:join', desta)
        await primeiroDe([lendo, outra, caiu, abortado(signal)]).finally(() => desta.abort())
      }
    } finally {
      leitor?.destroy()
    }
  }

  const lendo = insistirSempre(lerGeracoes, opcoes.aoFalhar, signal)
  const confirmando = confirmarSempre(() => membro, consumo, devidos, conexao, signal)
  return {
    async atraso() {
      const atrasos = await membro?.getLag({ topics: noCluster })
      return new Map(
        [...(atrasos ?? [])].map(([nome, n]) => [nossos.get(nome) ?? nome, n.map(Number)]),
      )
    },
    async [Symbol.asyncDispose]() {
      fim.abort()
      await comLimite(lendo)
      await consumo[Symbol.asyncDispose]()
      await comLimite(confirmando)
      if (membro) await sair(membro)
    },
  }
}

const comoRecebida = (lida: Lida, topico: string): Recebida => ({
  topico,
  particao: lida.partition,
  offset: lida.offset,
  gravadaMs: Number(lida.timestamp),
  chave: lida.key ?? undefined,
  valor: lida.value ?? undefined,
  cabecalhos: lida.headers,
})

function criarMembro({ conexao, quem, grupo, instancia }: OpcoesDoConsumidor): {
  novo: Membro
  caiu: Promise<never>
} {
  const novo: Membro = new Consumer({
    ...opcoesDoCliente(conexao, quem),
    ...GRUPO,
    groupId: grupo,
    // One that comes back takes its own place at once; a new one waits out the old one's session.
    ...(instancia !== undefined && { groupInstanceId: instancia }),
  })
  // Without a listener for its errors the client would end the process.
  const caiu = new Promise<never>((_, rejeitar) => {
    novo.on('error', rejeitar)
    novo.on('consumer:heartbeat:stalled', ({ lastError }) => rejeitar(lastError))
  })
  caiu.catch(() => undefined)
  return { novo, caiu }
}

/** As far as it comes: a cluster that does not answer is not waited for. */
async function comLimite(fazendo: Promise<unknown>): Promise<void> {
  const demora = esperar(SAIR_MS, undefined, { ref: false })
  await Promise.race([fazendo.catch(() => undefined), demora])
}
const sair = (membro: Membro): Promise<void> => comLimite(membro.close(true))

/** The first to end; those that end later, however they do, disturb nobody. */
async function primeiroDe(esperadas: readonly Promise<unknown>[]): Promise<void> {
  for (const esperada of esperadas) esperada.catch(() => undefined)
  await Promise.race(esperadas)
}

const abortado = (signal: AbortSignal): Promise<void> =>
  new Promise((resolver) => {
    if (signal.aborted) resolver()
    else signal.addEventListener('abort', () => resolver(), { once: true })
  })

/** Begins the reading again whenever it fails, at once at first and then ever more rarely. */
async function insistirSempre(
  ler: () => Promise<void>,
  aoFalhar: (erro: ErroDeNegocio) => void,
  signal: AbortSignal,
): Promise<void> {
  let pausaMs = 0
  while (!signal.aborted) {
    const desde = performance.now()
    try {
      await ler()
    } catch (erro) {
      if (signal.aborted) return
      if (performance.now() - desde > FUNCIONOU_MS) pausaMs = 0
      if (pausaMs === 0) aoFalhar(deKafka(erro))
    }
    pausaMs = Math.min(Math.max(2 * pausaMs, PRIMEIRA_PAUSA_MS), MAIOR_PAUSA_MS)
    await esperar(pausaMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/**
 * Ten times a second, and a last time at the end. What is owed is forgotten with its generation: it
 * is read again. A confirmation that comes late nevertheless is true all the same, for all below it
 * was done: it can only make somebody read again.
 */
async function confirmarSempre(
  membro: () => Membro | undefined,
  consumo: Consumo<Recebida>,
  devidos: Devidos,
  conexao: ConexaoKafka,
  signal: AbortSignal,
): Promise<void> {
  for (let ultima = false; ; ) {
    for (const lugar of consumo.tomarConfirmaveis()) {
      devidos.set(`${lugar.topico}/${lugar.particao}`, lugar)
    }
    if (devidos.size > 0) {
      pontoDeQueda('antes_de_confirmar')
      const confirmada = await confirmar(membro(), conexao, [...devidos.values()])
      if (confirmada) devidos.clear()
      pontoDeQueda('depois_de_confirmar')
    }
    if (ultima) return
    await esperar(CONFIRMAR_MS, undefined, { signal, ref: false }).catch(() => undefined)
    if (!signal.aborted) continue
    await consumo.ociosa()
    ultima = true
  }
}

/**
 * Heard by the group not long ago. One that stood still beyond its session was given up, and what
 * it owed may be behind what another has confirmed since; the client, told so, would join again
 * and confirm it nevertheless.
 */
const lembrado = ({ lastHeartbeat }: Membro): boolean =>
  lastHeartbeat === null || Date.now() - lastHeartbeat.getTime() < LEMBRADO_MS

async function confirmar(
  membro: Membro | undefined,
  conexao: ConexaoKafka,
  lugares: readonly Lugar[],
): Promise<boolean> {
  // One that is not in the group now would join it by the way, and without its topics.
  if (!membro?.isActive() || !lembrado(membro)) return false
  const offsets = lugares.map(({ topico, particao, offset }) => ({
    topic: nomeNoCluster(conexao, topico),
    partition: particao,
    offset,
    leaderEpoch: SEM_EPOCA,
  }))
  // What could not be confirmed is confirmed with the next, or read again.
  return membro.commit({ offsets }).then(
    () => true,
    () => false,
  )
}
