// The one door to SQL: what a driver offers, the same text for SQLite and PostgreSQL ($1, $2 …).

export type Valor = string | number | null
export type Parametros = readonly Valor[]

export interface Leitura {
  um<T>(sql: string, parametros?: Parametros): Promise<T | undefined>
  todos<T>(sql: string, parametros?: Parametros): Promise<T[]>
  /**
   * The rows of many keys in one question, in any order: `sql` says `= any ($chaves)`. Keys are
   * well-formed text without NUL, or integers: others may find nothing. Measured on
   * SQLite, a fifth of what one question for each costs; on PostgreSQL, one way there and back.
   */
  dasChaves<T>(sql: string, chaves: readonly (string | number)[]): Promise<T[]>
}

export interface Transacao extends Leitura {
  /** Rows changed. */
  executar(sql: string, parametros?: Parametros): Promise<number>
  /** One statement for each set of parameters, in order. */
  executarCada(sql: string, conjuntos: Iterable<Parametros>): Promise<void>
}

/**
 * One writer at a time (K11): transactions queue up behind each other, each durable when its
 * promise resolves; `leitura` sees only what was committed.
 * Errors: `ErroDeNegocio` banco_ocupado | banco_sem_espaco | banco_falhou (all may be retried).
 */
export interface Database extends AsyncDisposable {
  readonly leitura: Leitura
  transacao<T>(corpo: (tx: Transacao) => Promise<T>): Promise<T>
}

/** Cannot be opened at all: the process ends with `exitCode` and says why in one line. */
export class ErroDeInicio extends Error {
  readonly exitCode: 1 | 2
  constructor(mensagem: string, exitCode: 1 | 2 = 1, causa?: unknown) {
    super(mensagem, { cause: causa })
    this.name = 'ErroDeInicio'
    this.exitCode = exitCode
  }
}

/** Runs what it is given one after another; a failure does not stop the ones behind. */
export function emFila(): <T>(tarefa: () => Promise<T>) => Promise<T> {
  let ultima: Promise<unknown> = Promise.resolve()
  return (tarefa) => {
    const minha = ultima.then(tarefa, tarefa)
    ultima = minha.catch(() => undefined)
    return minha
  }
}
