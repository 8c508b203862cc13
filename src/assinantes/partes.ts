// What the process of a subscriber gives to what it subscribes for.
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { ConexaoKafka } from '../arquiteturas/kafka/conexao.ts'
import type { Consumidor } from '../arquiteturas/kafka/consumidor.ts'
import type { Enterrar, Tratar } from '../arquiteturas/kafka/inbound.ts'
import type { Saida } from '../arquiteturas/kafka/outbound.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import type { Registro } from '../infra/registro.ts'

export interface Partes {
  readonly configuracao: Configuracao
  readonly conexao: ConexaoKafka
  /** The HTTP server of the process, not listening yet, for routes below /interno. */
  readonly app: FastifyInstance
  /** Where the process counts. */
  readonly metricas: Registry
  /** Where it may keep a file: the databases of the services lie here too. */
  readonly diretorio: string
  readonly saida: Saida
  /** Puts a message among the dead letters of its group; resolves when it is there. */
  readonly enterrar: Enterrar
  /** Where the gateway tells subscribers how to reach a client. */
  readonly gatewayInterno: string
  /** One line in the log that is itself a delivery, whatever its level: see Registro. */
  readonly anotar: Registro['anotar']
  /** One line in the log, of what somebody may have to look at. */
  avisar(mensagem: string, campos?: object): void
  /**
   * Joins the group and reads its topics, `janela` messages at a time; an offset is confirmed when
   * `tratar` is done with all before it. Called once, last: what it returns is the first to close.
   * Those of one key wait for each other, unless `porChave` is false: then `tratar` is called in
   * the order of each partition.
   */
  consumir(tratar: Tratar, janela?: number, porChave?: boolean): Consumidor
}

/** Errors: ErroDeInicio. Disposed after its consumer. */
export type AbrirAssinante = (partes: Partes) => Promise<AsyncDisposable>
