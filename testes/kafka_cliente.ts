// The smallest client of a broker: a topic made, a message in, messages out. Only a consumer tries
// again, because the first group of a new broker waits for its own topic to be made.
import {
  Admin,
  type BaseOptions,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { type ConexaoKafka, opcoesDoCliente } from '../src/arquiteturas/kafka/conexao.ts'

const cliente = (conexao: ConexaoKafka): BaseOptions => ({
  ...opcoesDoCliente(conexao, 'teste'),
  retries: 0,
})

export async function criarTopico(conexao: ConexaoKafka, topico: string): Promise<void> {
  const admin = new Admin(cliente(conexao))
  try {
    await admin.createTopics({ topics: [topico], partitions: 1, replicas: -1 })
  } finally {
    await admin.close()
  }
}

export async function listarTopicos(conexao: ConexaoKafka): Promise<string[]> {
  const admin = new Admin(cliente(conexao))
  try {
    return await admin.listTopics()
  } finally {
    await admin.close()
  }
}

export async function produzir(conexao: ConexaoKafka, topic: string, value: string): Promise<void> {
  const produtor = new Producer({ ...cliente(conexao), serializers: stringSerializers })
  try {
    // It asks for the topic; whether one is made of that is the broker's to say.
    await produtor.send({ messages: [{ topic, value }], acks: -1, autocreateTopics: true })
  } finally {
    await produtor.close()
  }
}

/** The first `quantas` values of the topic. */
export async function consumir(
  conexao: ConexaoKafka,
  topico: string,
  quantas: number,
): Promise<string[]> {
  const insistente = { ...cliente(conexao), retries: 50, retryDelay: 100 }
  const base = { ...insistente, groupId: `de-${topico}-${quantas}` }
  const consumidor = new Consumer({ ...base, deserializers: stringDeserializers })
  const valores: string[] = []
  try {
    const { EARLIEST: mode } = MessagesStreamModes
    const mensagens = await consumidor.consume({ topics: [topico], mode, autocommit: false })
    for await (const { value } of mensagens) {
      if (valores.push(value) === quantas) break
    }
  } finally {
    await consumidor.close(true)
  }
  return valores
}
