// The clients of the gRPC figures: one channel of unary calls, and one stream of numbered messages.
// The same two serve the load for our services, the load for the bare twins, and the twins' hops.
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import {
  CanalService,
  type Chamada,
  type Resposta,
  type Respostas,
} from '../src/arquiteturas/grpc/gerado/comum.ts'

/** The part of a generated method that a caller needs. */
export interface MetodoUnario<P, R> {
  readonly path: string
  readonly requestSerialize: (pedido: P) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => R
}

export interface Cliente<P, R> extends Disposable {
  chamar(pedido: P): Promise<R>
}

export interface Gerador extends Disposable {
  /** For `carregar`: whether the n-th request was answered and well. */
  uma(n: number): Promise<boolean>
}

/** A message as its maker writes it; the number that names its answer is the stream's own. */
export type Mensagem = Omit<Chamada, 'correlacao'>

/** What a bare stream leaves unsaid: all but the body. */
export const MENSAGEM_NUA = {
  comando: '',
  prazo_ms: 0,
  traceparent: '',
  arquitetura: '',
  seguir: false,
  causa: '',
} as const

// No proxy between two local ports, no hidden second attempt, no counters that nobody reads.
const OPCOES = { 'grpc.enable_retries': 0, 'grpc.enable_channelz': 0, 'grpc.enable_http_proxy': 0 }
// Cloned by grpc-js in each call, so one serves all of them.
const SEM_METADADOS = new Metadata()

export function abrirUnario<P, R>(endereco: string, metodo: MetodoUnario<P, R>): Cliente<P, R> {
  const cliente = new Client(endereco, credentials.createInsecure(), OPCOES)
  const { path, requestSerialize, responseDeserialize } = metodo
  return {
    chamar: (pedido) =>
      new Promise((resolver, rejeitar) => {
        cliente.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          pedido,
          SEM_METADADOS,
          {},
          (erro, resposta) => (erro ? rejeitar(erro) : resolver(resposta!)),
        )
      }),
    [Symbol.dispose]: () => cliente.close(),
  }
}

export function abrirFluxo(endereco: string): Cliente<Mensagem, Resposta> {
  const cliente = new Client(endereco, credentials.createInsecure(), OPCOES)
  const { path, requestSerialize, responseDeserialize } = CanalService.abrir
  const canal = cliente.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
  // Bounded by what the caller keeps in flight.
  const pendentes = new Map<number, PromiseWithResolvers<Resposta>>()
  let correlacao = 0
  let quebrou: Error | undefined
  canal.on('data', ({ itens }: Respostas) => {
    for (const resposta of itens) {
      pendentes.get(resposta.correlacao)?.resolve(resposta)
      pendentes.delete(resposta.correlacao)
    }
  })
  // Whoever still waits is told: a stream that ends with OK gives no error, only an end.
  const quebrar = (erro: Error): void => {
    quebrou ??= erro
    for (const { reject } of pendentes.values()) reject(erro)
    pendentes.clear()
  }
  canal.on('error', quebrar)
  canal.on('end', () => quebrar(new Error('o fluxo acabou')))
  return {
    chamar(mensagem) {
      if (quebrou) return Promise.reject(quebrou)
      const pendente = Promise.withResolvers<Resposta>()
      correlacao = (correlacao + 1) >>> 0
      pendentes.set(correlacao, pendente)
      canal.write({ itens: [{ correlacao, ...mensagem }] })
      return pendente.promise
    },
    [Symbol.dispose]() {
      canal.cancel()
      cliente.close()
    },
  }
}

/** Sends what `criar` makes; whether an answer is a good one is for `certa` to say. */
export function criarGerador<P, R>(
  cliente: Cliente<P, R>,
  criar: (n: number) => P,
  certa: (resposta: R) => boolean,
): Gerador {
  return {
    async uma(n) {
      try {
        return certa(await cliente.chamar(criar(n)))
      } catch {
        return false
      }
    },
    [Symbol.dispose]: () => cliente[Symbol.dispose](),
  }
}
