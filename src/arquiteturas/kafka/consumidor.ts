// Reads its group's partitions for a service: hands each message to the parallel handling, and what
// is done to the confirmation. Whatever ends the reading (a broker that died, a rebalance), it
// begins again from what was confirmed; what is then read twice is absorbed (K4).
import { once } from 'node:events'
import { setTimeout as esperar } from 'node:timers/promises'
import {
  type Message,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  type MessagesStream as Stream,
} from '@platformatic/kafka'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { nomeNoCluster } from './conexao.ts'
import { iniciarConfirmacao } from './confirmacao.ts'
import { iniciarConsumo } from './consumo.ts'
import { deKafka } from './errors.ts'
import type { Recebida, Tratar } from './inbound.ts'
import { lerCada } from './leitor.ts'
import {
  comLimite,
  criarMembro,
  type Membro,
  type Particoes,
  type QuemEntra,
  sair,
  type Vida,
} from './membro.ts'
import { voltarAoCorte } from './truncamento.ts'

/** Orders in flight in one service: enough to hide any simulated delay. */
export const JANELA = 1_000
/** One that is greater travels alone: a thousand of them would be a gigabyte. */
const GRANDE_BYTES = 65_536
const PRIMEIRA_PAUSA_MS = 100
const MAIOR_PAUSA_MS = 1_000
/** A reading that lasted so long had worked, whatever ended it: longer than any request waits. */
const FUNCIONOU_MS = 15_000
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

export interface OpcoesDoConsumidor extends QuemEntra {
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
  const consumo = iniciarConsumo({ janela, tratar, chaveDe: porChave ? chaveNoTopico : semChave })
  const confirmacao = iniciarConfirmacao(consumo, conexao, signal)
  const particoes: Particoes = new Map(noCluster.map((nome) => [nome, undefined]))
  let membro: Membro | undefined

  function receber(lida: Lida, signal: AbortSignal): Promise<void> {
    const recebida = comoRecebida(lida, nossos.get(lida.topic) ?? lida.topic)
    if ((lida.value?.length ?? 0) <= GRANDE_BYTES) return consumo.receber(recebida)
    // Meanwhile its generation may have ended, and the next one reads it again.
    return consumo.ociosa().then(() => (signal.aborted ? undefined : consumo.receber(recebida)))
  }

  /** Until it ends; at once if the log lost what the group had confirmed: then from the cut. */
  async function lerGeracao(vida: Vida, leitor: Leitor, signal: AbortSignal): Promise<void> {
    if ((await voltarAoCorte(vida, conexao, opcoes.grupo, signal)) || signal.aborted) return
    consumo.novaGeracao()
    confirmacao.porConta(vida)
    await lerCada<Lida>(leitor, (um) => receber(um, signal), signal)
  }

  /**
   * One stream for each generation of the group: what an old one still holds may be somebody
   * else's by now, and must not count in the new one. The next is opened before the last is closed:
   * without any, the client would leave its topics and join the group once more.
   */
  async function lerGeracoes(): Promise<void> {
    // What failed once is trusted no more: it may believe itself in a group that forgot it.
    confirmacao.porConta(undefined)
    if (membro) await sair(membro)
    const vida = criarMembro(opcoes, particoes)
    membro = vida.membro
    let leitor: Leitor | undefined
    let leitura: Promise<void> | undefined
    try {
      while (!signal.aborted && !vida.outrasParticoes.aborted) {
        const anterior = leitor
        confirmacao.porConta(undefined)
        leitor = semQuebrarNinguem(await vida.membro.consume({ ...LEITURA, topics: noCluster }))
        anterior?.destroy()
        const desta = new AbortController()
        leitura = lerGeracao(vida, leitor, desta.signal)
        const fins = [leitura, abortado(signal, desta), ...mudancas(vida, desta)]
        await primeiroDe(fins).finally(() => desta.abort())
      }
    } finally {
      leitor?.destroy()
    }
    if (signal.aborted) return
    await comLimite(Promise.allSettled([leitura, confirmacao.largar()]))
    await vida.deixar()
  }

  const lendo = insistirSempre(lerGeracoes, opcoes.aoFalhar, signal)
  return {
    atraso: () => atrasoDe(membro, nossos),
    async [Symbol.asyncDispose]() {
      fim.abort()
      await comLimite(lendo)
      await consumo[Symbol.asyncDispose]()
      await comLimite(confirmacao.fim)
      if (membro) await sair(membro)
    },
  }
}

/** `nossos`: our name of each topic in the cluster. */
async function atrasoDe(membro: Membro | undefined, nossos: ReadonlyMap<string, string>) {
  const atrasos = [...((await membro?.getLag({ topics: [...nossos.keys()] })) ?? [])]
  return new Map(atrasos.map(([nome, n]) => [nossos.get(nome) ?? nome, n.map(Number)]))
}

const chaveNoTopico = ({ topico, chave }: Recebida): string | undefined =>
  chave && `${topico}/${chave.toString('latin1')}`

const semChave = () => undefined

/** What breaks it is told to whoever reads it; until somebody does, it would end the process. */
const semQuebrarNinguem = (leitor: Leitor): Leitor => leitor.on('error', () => undefined)

/** Each of them ends a generation: what is read on would be read of what may be others' by then. */
const mudancas = (vida: Vida, desta: AbortController): Promise<unknown>[] => [
  once(vida.membro, 'consumer:group:join', desta),
  vida.outroLider(desta.signal),
  abortado(vida.outrasParticoes, desta),
  vida.caiu,
]

const comoRecebida = (lida: Lida, topico: string): Recebida => ({
  topico,
  particao: lida.partition,
  offset: lida.offset,
  epoca: lida.leaderEpoch,
  gravadaMs: Number(lida.timestamp),
  chave: lida.key ?? undefined,
  valor: lida.value ?? undefined,
  cabecalhos: lida.headers,
})

/** The first to end; those that end later, however they do, disturb nobody. */
async function primeiroDe(esperadas: readonly Promise<unknown>[]): Promise<void> {
  for (const esperada of esperadas) esperada.catch(() => undefined)
  await Promise.race(esperadas)
}

/** Listens no longer than this generation lasts. */
const abortado = (abortavel: AbortSignal, { signal }: AbortController): Promise<void> =>
  new Promise((resolver) => {
    if (abortavel.aborted) resolver()
    else abortavel.addEventListener('abort', () => resolver(), { once: true, signal })
  })

/** Begins the reading again whenever it fails, at once at first and then ever more rarely. */
async function insistirSempre(
  ler: () => Promise<void>,
  aoFalhar: (erro: ErroDeNegocio) => void,
  signal: AbortSignal,
): Promise<void> {
  let pausaMs = 0
  let dita = false
  while (!signal.aborted) {
    const desde = performance.now()
    try {
      await ler()
      dita = false
    } catch (erro) {
      if (signal.aborted) return
      if (performance.now() - desde > FUNCIONOU_MS) {
        pausaMs = 0
        dita = false
      }
      if (!dita) aoFalhar(deKafka(erro))
      dita = true
    }
    pausaMs = Math.min(Math.max(2 * pausaMs, PRIMEIRA_PAUSA_MS), MAIOR_PAUSA_MS)
    await esperar(pausaMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}
