// Leaves by a unary call or over the neighbour's stream: one channel each for the process's life.
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { destino } from '../../contratos/comandos.ts'
import type { Envelope } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { type Enderecos, type Enviar, parar, type Trilha } from '../arquitetura.ts'
import type { Credencial } from '../credencial.ts'
import { mensagemDe } from '../mensagens.ts'
import { comUmaRepeticao, criarOrcamento, type Orcamento, prazoDoSalto } from '../politica.ts'
import { comoFalha, lerSucessoAlheio, passosCriveis, semEndereco } from '../resposta.ts'
import { dizerCredencial } from './credencial.ts'
import { deGrpc, falhouNaConexao } from './errors.ts'
import { type Corpo, MAIOR_EM_FLOAT, type Metodo, metodoDe, semVazios } from './metodos.ts'
import { lerTrilha } from './trilha.ts'

const MAIOR_RESPOSTA_BYTES = 1024 * 1024

const OPCOES_DO_CANAL = {
  // A channel that could not connect fails its calls until it tries again. Shorter than the pause
  // before our repeat (politica.ts), so that the repeat finds a neighbour that is back.
  'grpc.initial_reconnect_backoff_ms': 20,
  'grpc.max_reconnect_backoff_ms': 20,
  // Pings find out one that says nothing at all.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_receive_message_length': MAIOR_RESPOSTA_BYTES,
  // The repeat is ours (politica.ts): one owner, with a budget.
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
}

/** Carries one request to a neighbour; rejects with a status of gRPC or an ErroDeNegocio. */
export type Chamar = (
  metodo: Metodo,
  envelope: Envelope,
  seguir: boolean,
  restaMs: number,
) => Promise<Corpo>

export interface Transporte extends Disposable {
  readonly chamar: Chamar
}

interface Vizinho extends Disposable {
  readonly transporte: Transporte
  readonly orcamento: Orcamento
}

export function criarSaida(
  enderecos: Enderecos,
  credencial: Credencial,
  criarTransporte: (canal: Client) => Transporte,
): { enviar: Enviar } & Disposable {
  const vizinhos = new Map<NomeServico, Vizinho>()
  const opcoes = { ...OPCOES_DO_CANAL, interceptors: dizerCredencial(credencial) }
  for (const [nome, endereco] of Object.entries(enderecos)) {
    const canal = new Client(endereco, credentials.createInsecure(), opcoes)
    const transporte = criarTransporte(canal)
    const fechar = () => {
      transporte[Symbol.dispose]()
      canal.close()
    }
    const vizinho = { transporte, orcamento: criarOrcamento(), [Symbol.dispose]: fechar }
    vizinhos.set(nome as NomeServico, vizinho)
  }

  const enviar: Enviar = async (envelope, seguir) => {
    const vizinho = vizinhos.get(destino[envelope.comando.tipo])
    if (!vizinho) return semEndereco(envelope.comando)
    const { transporte, orcamento } = vizinho
    try {
      const tentar = () => requisitar(transporte.chamar, envelope, seguir)
      return await comUmaRepeticao(orcamento, falhouNaConexao, tentar)
    } catch (erro) {
      if (!falhouNaConexao(erro) && ehStatus(erro)) return parar(deGrpc(erro))
      return parar(comoFalha(envelope.comando, erro))
    }
  }
  return {
    enviar,
    [Symbol.dispose]() {
      for (const vizinho of vizinhos.values()) vizinho[Symbol.dispose]()
    },
  }
}

async function requisitar(chamar: Chamar, envelope: Envelope, seguir: boolean): Promise<Trilha> {
  const restaMs = prazoDoSalto(envelope.prazo)
  if (typeof restaMs !== 'number') return parar(restaMs)
  const { comando } = envelope
  const metodo = metodoDe(comando.tipo)
  if (!metodo) throw new Error(`${comando.tipo} não sai de pedidos`)
  const resposta = await chamar(metodo, envelope, seguir, restaMs)
  if (resposta.trilha) {
    const { passos, falha } = lerTrilha(resposta.trilha)
    const criveis = passosCriveis(comando, passos)
    if (falha || criveis.length > 0) return { passos: criveis, falha }
  }
  return lerSucessoAlheio(comando, respostaAlheia(resposta), false)
}

/** The request of a command, as its unary method has it. */
export function escreverCorpo({ comando }: Envelope): Corpo {
  const corpo = mensagemDe(comando.tipo)?.escrever(comando as never) ?? {}
  const exato = Number(corpo.valor_centavos ?? 0) <= MAIOR_EM_FLOAT
  // An amount that a float would change is not sent as one: better refused than charged wrong.
  return { ...corpo, itens: corpo.itens ?? [], valor: exato ? corpo.valor : 0 }
}

/**
 * What a foreign server filled in: zero and false may be a value or nothing at all. Where the
 * order's number is missing so may be the outcome, believed only with the words that go with it.
 */
function respostaAlheia(corpo: Corpo): Record<string, unknown> {
  const { trilha: _, pedido_id, ...resto } = semVazios(corpo)
  if (pedido_id !== 0) return { pedido_id, ...resto }
  if (resto.sucesso === false && resto.mensagem === undefined) delete resto.sucesso
  return resto
}

const ehStatus = (erro: unknown): erro is ServiceError =>
  !(erro instanceof ErroDeNegocio) && typeof (erro as Partial<ServiceError>).code === 'number'

/** One call of HTTP/2 for each command: what any gRPC server understands. */
export function criarUnario(canal: Client): Transporte {
  const chamar: Chamar = (metodo, envelope, seguir, restaMs) =>
    new Promise((resolver, rejeitar) => {
      const metadados = new Metadata()
      metadados.set('traceparent', envelope.traceparent)
      metadados.set('x-arquitetura', envelope.arquitetura)
      metadados.set('x-seguir', seguir ? '1' : '0')
      canal.makeUnaryRequest(
        metodo.path,
        metodo.requestSerialize,
        metodo.responseDeserialize,
        escreverCorpo(envelope),
        metadados,
        { deadline: Date.now() + restaMs },
        (erro, resposta) => (erro ? rejeitar(erro) : resolver(resposta!)),
      )
    })
  return { chamar, [Symbol.dispose]: () => undefined }
}
