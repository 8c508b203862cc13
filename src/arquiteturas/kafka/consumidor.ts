// A member of a consumer group: reads its partitions, hands each message to the parallel handling,
// and confirms what is done. Whatever ends the reading (a broker that died, a rebalance), it begins
// again from what was confirmed; what is then read twice is absorbed (K4).
import { once } from 'node:events'
import { setTimeout as esperar } from 'node:timers/promises'
import {
  Consumer,
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
import type { Lugar } from './trilhas.ts'

/** Orders in flight in one service: enough to hide any simulated delay. */
const JANELA = 1_000
const CONFIRMAR_MS = 100
const PRIMEIRA_PAUSA_MS = 100
const MAIOR_PAUSA_MS = 2_000
/** How long an orderly stop waits for the cluster to hear of it. */
const SAIR_MS = 1_000
const GRUPO = { sessionTimeout: 6_000, rebalanceTimeout: 6_000, heartbeatInterval: 1_000 } as const
const LEITURA = {
  autocommit: false,
  minBytes: 1,
  maxBytes: 262_144,
  maxBytesPerPartition: 65_536,
  maxWaitTime: 500,
  mode: MessagesStreamModes.COMMITTED,
  fallbackMode: MessagesStreamFallbackModes.EARLIEST,
} as const

type Leitor = Stream<Buffer, Buffer, Buffer, Buffer>
type Membro = Consumer<Buffer, Buffer, Buffer, Buffer>
/** The protocol's word for none. */
const SEM_EPOCA = -1

export interface OpcoesDoConsumidor {
  readonly conexao: ConexaoKafka
  readonly quem: string
  readonly grupo: string
  /** Our names. */
  readonly topicos: readonly string[]
  readonly tratar: Tratar
  /** Once for each outage. */
  aoFalhar(erro: ErroDeNegocio): void
}
export interface Consumidor extends AsyncDisposable {
  /** Messages of the group still to be confirmed, by topic (our name) and partition. */
  atraso(): Promise<ReadonlyMap<string, readonly number[]>>
}

export function iniciarConsumidor(opcoes: OpcoesDoConsumidor): Consumidor {
  const { conexao, topicos, tratar } = opcoes
  const noCluster = topicos.map((topico) => nomeNoCluster(conexao, topico))
  const nossos = new Map(noCluster.map((nome, i) => [nome, topicos[i]!]))
  const fim = new AbortController()
  const { signal } = fim
  const chaveDe = ({ topico, chave }: Recebida) => chave && `${topico}/${chave.toString('latin1')}`
  const consumo = iniciarConsumo<Recebida>({ janela: JANELA, chaveDe, tratar })
  const membro: Membro = new Consumer({
    ...opcoesDoCliente(conexao, opcoes.quem),
    ...GRUPO,
    groupId: opcoes.grupo,
  })

  async function ler(leitor: Leitor, valeAinda: () => boolean): Promise<void> {
    for await (const lida of leitor.iterator({ destroyOnReturn: false })) {
      if (!valeAinda()) return
      await consumo.receber({
        topico: nossos.get(lida.topic) ?? lida.topic,
        particao: lida.partition,
        offset: lida.offset,
        chave: lida.key ?? undefined,
        valor: lida.value ?? undefined,
        cabecalhos: lida.headers,
      })
    }
  }

  /**
   * One stream for each generation of the group: what an old one still holds may be somebody
   * else's by now, and must not count in the new one. The next is opened before the last is closed:
   * without any, the client would leave its topics and join the group once more.
   */
  async function lerGeracoes(aoComecar: () => void): Promise<void> {
    let leitor: Leitor | undefined
    try {
      while (!signal.aborted) {
        const anterior = leitor
        leitor = await membro.consume({ ...LEITURA, topics: noCluster })
        anterior?.destroy()
        consumo.novaGeracao()
        aoComecar()
        const desta = new AbortController()
        const lendo = ler(leitor, () => !desta.signal.aborted)
        await primeiroDe(lendo, once(membro, 'consumer:group:join', desta), signal).finally(() =>
          desta.abort(),
        )
      }
    } finally {
      leitor?.destroy()
    }
  }

  const lendo = insistirSempre(lerGeracoes, opcoes.aoFalhar, signal)
  const confirmando = confirmarSempre(membro, consumo, conexao, signal)
  return {
    async atraso() {
      const atrasos = await membro.getLag({ topics: noCluster })
      return new Map([...atrasos].map(([nome, n]) => [nossos.get(nome) ?? nome, n.map(Number)]))
    },
    async [Symbol.asyncDispose]() {
      fim.abort()
      await lendo
      await consumo[Symbol.asyncDispose]()
      const saindo = confirmando.then(() => membro.close(true)).catch(() => undefined)
      await Promise.race([saindo, esperar(SAIR_MS, undefined, { ref: false })])
    },
  }
}

/** The first to end; the one that ends later, however it does, disturbs nobody. */
async function primeiroDe(a: Promise<unknown>, b: Promise<unknown>, signal: AbortSignal) {
  a.catch(() => undefined)
  b.catch(() => undefined)
  await Promise.race([a, b, abortado(signal)])
}

const abortado = (signal: AbortSignal): Promise<void> =>
  new Promise((resolver) => {
    if (signal.aborted) resolver()
    else signal.addEventListener('abort', () => resolver(), { once: true })
  })

/** Begins the reading again whenever it fails, at once at first and then ever more rarely. */
async function insistirSempre(
  ler: (aoComecar: () => void) => Promise<void>,
  aoFalhar: (erro: ErroDeNegocio) => void,
  signal: AbortSignal,
): Promise<void> {
  let pausaMs = 0
  while (!signal.aborted) {
    try {
      await ler(() => {
        pausaMs = 0
      })
    } catch (erro) {
      if (signal.aborted) return
      if (pausaMs === 0) aoFalhar(deKafka(erro))
    }
    pausaMs = Math.min(Math.max(2 * pausaMs, PRIMEIRA_PAUSA_MS), MAIOR_PAUSA_MS)
    await esperar(pausaMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/**
 * Ten times a second, and a last time at the end. A confirmation that comes late, from a generation
 * that is over, is true all the same: all below it was done. It can only make somebody read again.
 */
async function confirmarSempre(
  membro: Membro,
  consumo: Consumo<Recebida>,
  conexao: ConexaoKafka,
  signal: AbortSignal,
): Promise<void> {
  const devidos = new Map<string, Lugar>()
  for (let ultima = false; ; ) {
    for (const lugar of consumo.tomarConfirmaveis()) {
      devidos.set(`${lugar.topico}/${lugar.particao}`, lugar)
    }
    if (devidos.size > 0) {
      pontoDeQueda('antes_de_confirmar')
      const confirmada = await confirmar(membro, conexao, [...devidos.values()])
      if (confirmada) devidos.clear()
    }
    if (ultima) return
    await esperar(CONFIRMAR_MS, undefined, { signal, ref: false }).catch(() => undefined)
    if (!signal.aborted) continue
    await consumo.ociosa()
    ultima = true
  }
}

async function confirmar(membro: Membro, conexao: ConexaoKafka, lugares: readonly Lugar[]) {
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
