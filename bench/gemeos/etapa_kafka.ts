// The bare twin of one service over Kafka: a batch from its topics, two rows of each message in one
// FULL commit, what follows on the next topics with acks=all, then the offsets. No logic, no
// validation, no log; messages go on as they came. argv: an `Etapa` in JSON.
import {
  Consumer,
  compatibilityPartitioner,
  type Message,
  ProduceAcks,
  Producer,
} from '@platformatic/kafka'
import { type ConexaoKafka, opcoesDoCliente } from '../../src/arquiteturas/kafka/conexao.ts'
import { LEITURA } from '../../src/arquiteturas/kafka/consumidor.ts'
import { GRUPO } from '../../src/arquiteturas/kafka/membro.ts'
import { abrirGravacao } from './gravacao.ts'

export interface Etapa {
  readonly nome: string
  readonly conexao: ConexaoKafka
  readonly banco: string
  /** For each topic that is read, where each of its messages goes. */
  readonly rotas: Readonly<Record<string, readonly string[]>>
}
/** Said of each batch, in epoch milliseconds. */
export interface Feito {
  readonly tomadoMs: number
  readonly feitoMs: number
  /** Of the last of the topics that are read. */
  readonly doUltimo: number
}
export type Ordem = 'segurar' | 'soltar'

type Lida = Message<Buffer, Buffer, Buffer, Buffer>
const MAIOR_LOTE = 500
/** What it is fastest with: a batch is all that lies ready. */
const MAIS_DE_UMA_VEZ = { maxBytes: 262_144, highWaterMark: 1_024 }
// As our own services confirm (consumidor.ts).
const CONFIRMAR_MS = 100

const { nome, conexao, banco, rotas } = JSON.parse(process.argv[2]!) as Etapa
const topics = Object.keys(rotas)
const ultimo = topics.at(-1)
const cliente = opcoesDoCliente(conexao, nome)
const gravar = abrirGravacao(banco)
const produtor = new Producer<Buffer, Buffer, Buffer, Buffer>({
  ...cliente,
  partitioner: compatibilityPartitioner,
})
const membro = new Consumer<Buffer, Buffer, Buffer, Buffer>({
  ...{ ...cliente, ...GRUPO },
  groupId: nome,
})
const leitor = await membro.consume({ ...LEITURA, ...MAIS_DE_UMA_VEZ, topics })

const devidos = new Map<string, Lida>()
let confirmadoMs = performance.now()
let portao = Promise.withResolvers<void>()
portao.resolve()
let chegou = Promise.withResolvers<void>()
leitor.on('readable', () => chegou.resolve())
process.on('message', (ordem: Ordem) => {
  if (ordem === 'segurar') portao = Promise.withResolvers<void>()
  else portao.resolve()
})
process.once('disconnect', () => process.exit(0))
process.send?.('pronta')
for (;;) {
  await portao.promise
  chegou = Promise.withResolvers<void>()
  const lote = tomar()
  if (lote.length > 0) await passar(lote)
  if (performance.now() - confirmadoMs >= CONFIRMAR_MS) await confirmar()
  if (lote.length === 0) await chegou.promise
}

function tomar(): Lida[] {
  const lote: Lida[] = []
  while (lote.length < MAIOR_LOTE) {
    const lida = leitor.read() as Lida | null
    if (!lida) break
    lote.push(lida)
  }
  return lote
}

async function passar(lote: readonly Lida[]): Promise<void> {
  const tomadoMs = Date.now()
  await Promise.all(lote.map(({ value }) => gravar(String(value))))
  const messages = lote.flatMap(({ topic, key, value, headers }) =>
    rotas[topic]!.map((destino) => ({ topic: destino, key, value, headers })),
  )
  await produtor.send({ acks: ProduceAcks.ALL, messages })
  for (const lida of lote) devidos.set(`${lida.topic}/${lida.partition}`, lida)
  const doUltimo = lote.filter(({ topic }) => topic === ultimo).length
  process.send?.({ tomadoMs, feitoMs: Date.now(), doUltimo } satisfies Feito)
}

async function confirmar(): Promise<void> {
  if (devidos.size === 0) return
  const offsets = [...devidos.values()].map(({ topic, partition, offset }) => ({
    ...{ topic, partition, leaderEpoch: -1 },
    offset: offset + 1n,
  }))
  await membro.commit({ offsets })
  devidos.clear()
  confirmadoMs = performance.now()
}
