// What an architecture is: a way for a command to reach the service that decides it, and for the
// answer to come back. Differences are named flags, read by the code, the tests and the report.
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Envelope, Servico } from '../contratos/envelope.ts'
import type { ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento, EventoGravado } from '../contratos/eventos.ts'
import {
  ARQUITETURAS,
  type NomeArquitetura,
  type NomeServico,
  type Substituivel,
} from '../contratos/ids.ts'
import type { Recusado } from '../persistencia/cursor.ts'
import type { Database } from '../persistencia/database.ts'
import type { DiarioDeProdutos } from '../servicos/catalogo/alteracoes.ts'
import type { ConsultasDePedidos } from '../servicos/pedidos/consultas.ts'
import type { MortaAReenviar } from '../servicos/pedidos/mortas_guardadas.ts'
import type { Vizinhos } from '../servicos/vizinhos.ts'

/** One event of a reply; `repetido` when the command was known before. */
export interface Passo {
  readonly evento: Evento
  readonly repetido: boolean
}
/** What a request did, in order, as far as it came; `falha` says why it came no further. */
export interface Trilha {
  readonly passos: readonly Passo[]
  readonly falha?: ErroDeNegocio | undefined
}

/** Sends one command to its service. Never throws: bad news is in the trail. */
export type Enviar = (envelope: Envelope, seguir: boolean) => Promise<Trilha>

/** A service's door as an inbound adapter sees it; `seguir` asks it to nest the forward calls. */
export type Atender = (envelope: Envelope, seguir: boolean) => Promise<Trilha>

export interface Caracteristicas {
  /** The caller learns the order's end, or only that it was accepted. */
  readonly replyIs: 'final' | 'aceite'
  /** The services are processes of their own, so one of them can die alone. */
  readonly processosSeparados: boolean
  /** The client of another language can speak it. */
  readonly publica: boolean
}

export const caracteristicas: Readonly<Record<NomeArquitetura, Caracteristicas>> = {
  memoria: { replyIs: 'final', processosSeparados: false, publica: false },
  rest: { replyIs: 'final', processosSeparados: true, publica: true },
  grpc: { replyIs: 'final', processosSeparados: true, publica: true },
  kafka: { replyIs: 'aceite', processosSeparados: true, publica: true },
}

const PUBLICAS = ARQUITETURAS.filter((nome) => caracteristicas[nome].publica)
/** The public architecture that a caller named, if it did. */
export const arquiteturaDita = (dita: unknown): NomeArquitetura | undefined =>
  PUBLICAS.find((nome) => nome === dita)

export const MODOS_GRPC = ['fluxo', 'unario'] as const
/** Between our own services over gRPC: one stream for all calls, or one HTTP/2 request for each. */
export type ModoGrpc = (typeof MODOS_GRPC)[number]

/** What an inbound adapter needs of the service it opens a door for. */
export interface Hospedeiro {
  readonly nome: NomeServico
  readonly atender: Atender
  /** The service's read models. */
  readonly consultas: unknown
  /** The HTTP server of the process, not listening yet. */
  readonly app: FastifyInstance
  /** All the architectures open in this process. */
  readonly abertas: readonly NomeArquitetura[]
  /** For an architecture with a server of its own; 0 takes any. */
  readonly porta: number
  /** The IP address that it listens on; without one, the loopback. */
  readonly maquina?: string
}

/** The services that somebody else does on the topics, and the orders that wait for them. */
export interface Ausencias extends Pick<ConsultasDePedidos, 'esperando' | 'pedido'> {
  readonly ausentes: readonly Substituivel[]
  readonly esperaMs: number
}

/** The service behind its door: its log, and what happens to it. */
export interface Bastidores {
  readonly servico: Servico
  readonly db: Database
  readonly compra: Vizinhos['compra']
  /** pedidos alone: what it tells of every order, and where dead letters are kept. */
  readonly avisos?: ConsultasDePedidos['avisos']
  readonly guardarMorta?: ConsultasDePedidos['guardarMorta']
  /** pedidos alone, where services of ours are absent. */
  readonly ausencias?: Ausencias | undefined
  /** Dead letters that nobody sent again. */
  mortasPendentes?(): Promise<number>
  readonly criadoEm?: ConsultasDePedidos['criadoEm']
  readonly abertoMaisVelho?: ConsultasDePedidos['abertoMaisVelho']
  /** catalogo alone: its log is not the others'. */
  readonly alteracoes?: DiarioDeProdutos
  /** Where the process counts. */
  readonly metricas: Registry
  /** The same over all the lives of this instance, and of no other; absent when nobody knows. */
  readonly instancia?: string
  /** Calls back after each commit that wrote events, with them, until disposed. */
  aoGravar(chamar: (novos: readonly EventoGravado[]) => void): Disposable
  /** One line in the log of operations. */
  avisar(mensagem: string, campos?: object): void
}

/** A door that is open; disposed, it answers what it has begun and takes nothing new. */
export interface PortaAberta extends AsyncDisposable {
  /** Where it listens, unless on the HTTP server of the process. */
  readonly endereco?: string
}

/** An architecture opened in one process: the way out first, then the door that continues by it. */
export interface Sincrona extends AsyncDisposable {
  readonly nome: NomeArquitetura
  readonly enviar: Enviar
  servir(hospedeiro: Hospedeiro): Promise<PortaAberta>
}
/** One where nobody waits for an answer: what a service writes in its log is its way out. */
export interface PeloDiario extends AsyncDisposable {
  readonly nome: NomeArquitetura
  /** Sends the beginning of a walk again, marked: it goes on through what was done before (K4). */
  republicar(inicio: readonly EventoGravado[]): Promise<void>
  /** Dead letters, as they came; answers those refused for good, throws what may pass. */
  reenviar(mortas: readonly MortaAReenviar[]): Promise<readonly Recusado[]>
  /** More waits to be published than may: a new order has to come later. */
  lotada(): Promise<boolean>
  servir(hospedeiro: Hospedeiro, bastidores: Bastidores): Promise<PortaAberta>
}
export type Aberta = Sincrona | PeloDiario
export type Enderecos = Readonly<Partial<Record<NomeServico, string>>>

export const parar = (falha: ErroDeNegocio): Trilha => ({ passos: [], falha })
