// For the tests of this architecture: a real server before a made-up service, a raw client that
// knows nothing of us, and a made-up channel whose other end a test plays itself.
import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  type ClientUnaryCall,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { AutorizarPagamento } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import { type Envelope, envelopar, rastreio } from '../../contratos/envelope.ts'
import { comoPedidoId, type NomeServico } from '../../contratos/ids.ts'
import type { Atender, PortaAberta, Trilha } from '../arquitetura.ts'
import { deGrpc } from './errors.ts'
import {
  CanalService,
  type Chamada,
  type Chamadas,
  type Resposta,
  type Respostas,
} from './gerado/comum.ts'
import { PagamentoService } from './gerado/pagamento.ts'
import { abrirGrpc } from './start.ts'

export const PAGAR = PagamentoService.processarPagamento

/** The real server of one service, before a made-up business. */
export async function abrirPorta(
  nome: NomeServico,
  atender: Atender,
  porta = 0,
): Promise<PortaAberta & { readonly endereco: string }> {
  const nada = { abertas: [], consultas: undefined, app: undefined as never }
  const aberta = await abrirGrpc({}, 'unario').servir({ ...nada, nome, atender, porta })
  return { endereco: aberta.endereco!, [Symbol.asyncDispose]: () => aberta[Symbol.asyncDispose]() }
}

/** Answers each payment with its approval. */
export const aprovar: Atender = async ({ comando }) => aprovado(comando as AutorizarPagamento)

export const aprovado = ({ pedido_id, valor_centavos }: AutorizarPagamento): Trilha => ({
  passos: [{ evento: { tipo: 'PagamentoAprovado', pedido_id, valor_centavos }, repetido: false }],
})

export const pagamento = (pedido: number, valor = 100): AutorizarPagamento => ({
  tipo: 'AutorizarPagamento',
  pedido_id: comoPedidoId(pedido),
  valor_centavos: comoCentavos(valor),
})

export const envelopado = (comando: AutorizarPagamento, prazo?: number): Envelope =>
  envelopar(comando, { arquitetura: 'grpc', traceparent: rastreio(), prazo })

/** What a client of another language sees of the end of a call. */
export interface Fim<R> {
  readonly code: status
  readonly resposta: R | undefined
  readonly details: string
  readonly metadata: Metadata
  /** What one of ours makes of it. */
  readonly codigo: string | undefined
  readonly campo: string | undefined
}
interface Metodo<P, R> {
  readonly path: string
  readonly requestSerialize: (pedido: P) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => R
}

export interface Estranho extends Disposable {
  readonly canal: Client
  chamar<P, R>(
    metodo: Metodo<P, R>,
    pedido: P,
    metadados?: Readonly<Record<string, string>>,
    opcoes?: CallOptions,
  ): Promise<Fim<R>> & { readonly chamada: ClientUnaryCall }
}

export function abrirEstranho(endereco: string): Estranho {
  const canal = new Client(endereco, credentials.createInsecure())
  return {
    canal,
    chamar(metodo, pedido, metadados = {}, opcoes = {}) {
      const { path, requestSerialize, responseDeserialize } = metodo
      const metadata = new Metadata()
      for (const [nome, valor] of Object.entries(metadados)) metadata.set(nome, valor)
      const { promise, resolve } = Promise.withResolvers<Fim<never>>()
      const chamada = canal.makeUnaryRequest(
        ...([path, requestSerialize, responseDeserialize, pedido, metadata, opcoes] as const),
        (erro, resposta) => resolve(comoFim(erro, resposta) as Fim<never>),
      )
      return Object.assign(promise, { chamada })
    },
    [Symbol.dispose]: () => canal.close(),
  }
}

function comoFim(erro: ServiceError | null, resposta: unknown): Fim<unknown> {
  if (!erro) {
    const nada = { details: '', metadata: new Metadata(), codigo: undefined, campo: undefined }
    return { code: status.OK, resposta, ...nada }
  }
  const { code, details, metadata } = erro
  const { codigo, campo } = deGrpc(erro)
  return { ...{ code, details, metadata, campo, resposta: undefined }, codigo }
}

/** The same method, with the bytes that the test says in place of a message. */
export const comBytes = <R>(metodo: Metodo<never, R>): Metodo<Buffer, R> => ({
  ...metodo,
  requestSerialize: (bytes: Buffer) => bytes,
})

export interface ServidorAlheio extends AsyncDisposable {
  readonly endereco: string
}
/** Somebody else's server: whatever the test says that it does. */
export async function abrirAlheio(
  servicos: readonly (readonly [ServiceDefinition, UntypedServiceImplementation])[],
): Promise<ServidorAlheio> {
  const servidor = new Server()
  for (const [definicao, portas] of servicos) servidor.addService(definicao, portas)
  const porta = await new Promise<number>((resolver, rejeitar) => {
    const credenciais = ServerCredentials.createInsecure()
    servidor.bindAsync('127.0.0.1:0', credenciais, (erro, tomada) =>
      erro ? rejeitar(erro) : resolver(tomada),
    )
  })
  return {
    endereco: `127.0.0.1:${porta}`,
    [Symbol.asyncDispose]: async () => servidor.forceShutdown(),
  }
}

export type Ponta = ServerDuplexStream<Chamadas, Respostas>
/** The server's end of the channel in the test's hands: what came, on which stream. */
export interface CanalAlheio extends ServidorAlheio {
  readonly pontas: readonly Ponta[]
  readonly recebidas: readonly (Chamada & { readonly ponta: Ponta })[]
}

/** `aoChegar` is told of each item; without it, nothing is answered but by the test. */
export async function abrirCanalAlheio(
  aoChegar: (chamada: Chamada, ponta: Ponta) => void = () => undefined,
): Promise<CanalAlheio> {
  const pontas: Ponta[] = []
  const recebidas: (Chamada & { ponta: Ponta })[] = []
  const abrir = (ponta: Ponta) => {
    pontas.push(ponta)
    ponta.on('data', ({ itens }: Chamadas) => {
      for (const chamada of itens) {
        recebidas.push({ ...chamada, ponta })
        aoChegar(chamada, ponta)
      }
    })
    ponta.on('end', () => ponta.end())
    ponta.on('error', () => undefined)
  }
  const alheio = await abrirAlheio([[CanalService, { abrir }]])
  return { ...{ pontas, recebidas }, ...alheio }
}

/** The answer to a payment that came on a channel. */
export const respostaDe = ({ correlacao, corpo }: Chamada): Resposta => {
  const { pedido_id } = PAGAR.requestDeserialize(corpo as Buffer)
  const resposta = { pedido_id, sucesso: true, mensagem: 'Pagamento aprovado' }
  return { correlacao, corpo: PAGAR.responseSerialize(resposta) }
}

export function responder({ recebidas }: CanalAlheio, quais = recebidas): void {
  for (const chamada of quais) chamada.ponta.write({ itens: [respostaDe(chamada)] })
}
export const responderAoChegar =
  (alheio: CanalAlheio) =>
  ({ itens }: Chamadas): void =>
    responder(alheio, alheio.recebidas.slice(-itens.length))

/** A payment as an item of a channel. */
export const item = (correlacao: number, pedido_id = correlacao): Chamada => ({
  ...{ correlacao, comando: 'AutorizarPagamento', traceparent: '', arquitetura: 'grpc' },
  ...{ prazo_ms: 60_000, seguir: false, causa: `${pedido_id}/AutorizarPagamento` },
  corpo: PAGAR.requestSerialize({ pedido_id, valor: 1, itens: [] }),
})

export interface CanalCru extends Disposable {
  readonly fluxo: ClientDuplexStream<Chamadas, Respostas>
  readonly respostas: Resposta[]
  /** How the stream ended, once it has. */
  fim: () => status | undefined
  mandar(...chamadas: Chamada[]): void
  romper(): void
}
/** The client's end of the channel, in the test's hands. */
export function abrirCanal(canal: Client): CanalCru {
  const { path, requestSerialize, responseDeserialize } = CanalService.abrir
  const fluxo = canal.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
  const respostas: Resposta[] = []
  let fim: status | undefined
  fluxo.on('error', () => undefined)
  fluxo.on('data', ({ itens }: Respostas) => respostas.push(...itens))
  fluxo.on('status', ({ code }) => {
    fim = code
  })
  return {
    ...{ fluxo, respostas, fim: () => fim },
    mandar: (...itens) => void fluxo.write({ itens }),
    romper: () => fluxo.cancel(),
    [Symbol.dispose]: () => fluxo.cancel(),
  }
}
