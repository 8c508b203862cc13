// What every service is made of, as the process that runs it sees it.
import type { DatabaseSync } from 'node:sqlite'
import type { Servico } from '../contratos/envelope.ts'
import type { NomeServico } from '../contratos/ids.ts'
import type { Database, Transacao } from '../persistencia/database.ts'
import type { Operacoes } from '../persistencia/servico.ts'
import type { Simulador } from './simulacao.ts'
import type { Vizinhos } from './vizinhos.ts'

export interface Contexto {
  readonly db: Database
  readonly operacoes: Operacoes
  readonly simulador: Simulador
  readonly vizinhos: Vizinhos
  /** Where files beside the database go (the payment provider's ledger). */
  readonly diretorio: string
}

/** A service running: its door for commands, its read models, and what it holds open. */
export interface Rodando<Consultas> extends AsyncDisposable {
  readonly servico: Servico
  readonly consultas: Consultas
}

export interface ModuloDeServico<Consultas = unknown> {
  readonly nome: NomeServico
  /** Its tables; `eventos` is everybody's and is added by the process. */
  readonly esquema: URL
  iniciar(contexto: Contexto): Promise<Rodando<Consultas>>
  /** Fills an empty database from `ecommerce.db`, inside the transaction given. */
  importar(tx: Transacao, ecommerce: DatabaseSync): Promise<void>
}
