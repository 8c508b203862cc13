// A producer that writes whatever it is given, as a stranger or a mistake would, and says where it
// came to stand; and what a topic holds.
import {
  Consumer,
  MessagesStreamModes,
  ProduceAcks,
  Producer,
  stringDeserializers,
} from '@platformatic/kafka'
import { type ConexaoKafka, opcoesDoCliente } from '../src/arquiteturas/kafka/conexao.ts'

export interface Avulsa {
  readonly topic: string
  readonly key?: Buffer
  readonly value?: Buffer
  readonly headers?: Map<Buffer, Buffer>
}
export interface Avulso extends AsyncDisposable {
  /** `topic/partition/offset` of the message. */
  mandar(mensagem: Avulsa): Promise<string>
}

export function abrirAvulso(conexao: ConexaoKafka): Avulso {
  let mandadas = 0
  const produtor = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...opcoesDoCliente(conexao, 'avulso'),
    // By turns: the client's own choice takes half a minute for a key of a megabyte.
    partitioner: () => mandadas++,
  })
  return {
    async mandar(mensagem) {
      const { offsets } = await produtor.send({ acks: ProduceAcks.ALL, messages: [mensagem] })
      const [lugar] = offsets!
      return `${lugar!.topic}/${lugar!.partition}/${lugar!.offset}`
    },
    [Symbol.asyncDispose]: () => produtor.close(),
  }
}

export interface Lida {
  readonly topic: string
  readonly key: string
  readonly value: string
}

/** All that stands in these topics now. */
export async function lerTudo(conexao: ConexaoKafka, topics: readonly string[]): Promise<Lida[]> {
  const consumidor = new Consumer({
    ...opcoesDoCliente(conexao, 'leitor'),
    // A broker just started may not have a coordinator yet.
    retries: 50,
    groupId: `leitor-${performance.now()}`,
    deserializers: stringDeserializers,
  })
  try {
    const { EARLIEST } = MessagesStreamModes
    const leitura = { topics: [...topics], mode: EARLIEST, autocommit: false, maxWaitTime: 100 }
    const leitor = await consumidor.consume(leitura)
    const fins = await consumidor.listOffsets({ topics: [...topics] })
    const faltam = new Map(
      [...fins].flatMap(([t, fs]) => fs.map((fim, p): [string, bigint] => [`${t}/${p}`, fim])),
    )
    for (const [lugar, fim] of faltam) if (fim === 0n) faltam.delete(lugar)
    const lidas: Lida[] = []
    if (faltam.size === 0) return lidas
    for await (const { topic, partition, offset, key, value } of leitor) {
      lidas.push({ topic, key, value })
      const lugar = `${topic}/${partition}`
      if (offset + 1n >= faltam.get(lugar)!) faltam.delete(lugar)
      if (faltam.size === 0) return lidas
    }
    return lidas
  } finally {
    await consumidor.close(true)
  }
}
