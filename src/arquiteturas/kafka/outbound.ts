// Leaves by the relay: what a service committed goes to the topics, hundreds at a time, and is only
// counted as gone when every replica that must have it has it (acks=all).
import {
  compatibilityPartitioner,
  type MessageToProduce,
  ProduceAcks,
  Producer,
} from '@platformatic/kafka'
import type { EventoGravado } from '../../contratos/eventos.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { type NomeTopico, topicoDoFluxo } from '../../contratos/topicos.ts'
import type { Recusado } from '../../persistencia/cursor.ts'
import { type Assunto, assuntoDe, type Cabecalhos, cabecalhosDe } from './cabecalhos.ts'
import { type ConexaoKafka, nomeNoCluster, opcoesDoCliente } from './conexao.ts'
import { deKafka, recusaDeVez } from './errors.ts'
import { escrever } from './mensagens.ts'

/** On its way to a topic, the name being ours. */
export interface Mensagem {
  readonly topico: string
  readonly chave: Buffer | undefined
  readonly valor: Buffer | undefined
  readonly cabecalhos: Cabecalhos
}
/** A message with the log's row that it comes from. */
export interface DaLinha {
  readonly id: number
  readonly mensagem: Mensagem
}

export interface LinhaRecusada extends Recusado {
  readonly linha: DaLinha
}

export interface Saida extends AsyncDisposable {
  /** Resolves when all of it is in the topics; throws what may pass. */
  mandar(mensagens: readonly Mensagem[]): Promise<void>
  /** The same for rows of a log, answering those refused for good: the others are in. */
  publicar(linhas: readonly DaLinha[]): Promise<readonly LinhaRecusada[]>
}

export function criarSaida(conexao: ConexaoKafka, quem: string): Saida {
  const produtor = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...opcoesDoCliente(conexao, quem),
    acks: ProduceAcks.ALL,
    // The same partition as the Java clients choose for a key.
    partitioner: compatibilityPartitioner,
  })

  async function mandar(mensagens: readonly Mensagem[]): Promise<void> {
    if (mensagens.length === 0) return
    const messages = mensagens.map((mensagem) => paraOCliente(conexao, mensagem))
    await produtor.send({ acks: ProduceAcks.ALL, messages }).catch((erro: unknown) => {
      throw deKafka(erro)
    })
  }

  /** Halved until the offender is alone: only it is refused. */
  async function publicar(linhas: readonly DaLinha[]): Promise<readonly LinhaRecusada[]> {
    try {
      await mandar(linhas.map(({ mensagem }) => mensagem))
      return []
    } catch (erro) {
      const porque = recusaDeVez(erro)
      if (porque === undefined) throw erro
      const [linha] = linhas
      if (linhas.length === 1 && linha) {
        return [{ id: linha.id, codigo: porque, mensagem: porque, linha }]
      }
      const meio = linhas.length >> 1
      return [...(await publicar(linhas.slice(0, meio))), ...(await publicar(linhas.slice(meio)))]
    }
  }
  return { mandar, publicar, [Symbol.asyncDispose]: () => produtor.close() }
}

type DoCliente = MessageToProduce<Buffer, Buffer, Buffer, Buffer>

/** The client takes a key or a value that is undefined for none, whatever its types say. */
const paraOCliente = (conexao: ConexaoKafka, mensagem: Mensagem) =>
  ({
    topic: nomeNoCluster(conexao, mensagem.topico),
    key: mensagem.chave,
    value: mensagem.valor,
    headers: mensagem.cabecalhos,
  }) as DoCliente

/** What an event says to whoever walks its order on; `undefined`, when nobody does. */
export function doFluxo(
  servico: NomeServico,
  gravado: EventoGravado,
  retomada = false,
): Mensagem | undefined {
  const { evento } = gravado
  const topico = topicoDoFluxo(evento.tipo)
  if (!topico) return undefined
  const chave = Buffer.from(String(evento.pedido_id))
  const valor = Buffer.from(escrever(evento))
  const cabecalhos = cabecalhosDe(assuntoDe(servico, gravado), retomada)
  return { topico, chave, valor, cabecalhos }
}

/** What pedidos tells of every order, whatever carried it; and catalogo, of every product. */
export interface Aviso {
  readonly topico: NomeTopico
  readonly chave: number
  readonly valor: object
  readonly assunto: Assunto
}
export const comoMensagem = ({ topico, chave, valor, assunto }: Aviso): Mensagem => ({
  topico,
  chave: Buffer.from(String(chave)),
  valor: Buffer.from(JSON.stringify(valor)),
  cabecalhos: cabecalhosDe(assunto),
})
