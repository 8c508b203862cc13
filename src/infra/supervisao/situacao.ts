// What the supervisor knows of one child, and how that changes: every change is told.
import { caminhoDoLog, ultimasLinhas } from './arquivo_de_log.ts'
import { erroDeSaida } from './erro_de_saida.ts'
import type { Trava } from './trava.ts'
import type { ProcessoDescrito, Vida } from './vida.ts'

export interface SituacaoDoProcesso {
  readonly nome: string
  readonly estado: 'iniciando' | 'pronto' | 'reiniciando' | 'parado'
  /** Undefined between two lives. */
  readonly pid: number | undefined
  /** UTC, ISO 8601; undefined while not ready. */
  readonly prontoDesde: string | undefined
  readonly reinicios: number
  /** Why the last life ended, in Portuguese, e.g. "sinal SIGKILL". */
  readonly ultimaSaida: string | undefined
  /** The JSON of its latest ready message. */
  readonly info: unknown
}

export interface Contexto {
  readonly diretorio: string
  readonly trava: Trava
  readonly prontoEmMs: number
  readonly esperaMaximaMs: number
  readonly aoMudar: (situacao: SituacaoDoProcesso) => void
}

export interface Filho {
  readonly descrito: ProcessoDescrito
  readonly contexto: Contexto
  readonly log: string
  readonly parando: AbortController
  readonly primeiroPronto: PromiseWithResolvers<void>
  situacao: SituacaoDoProcesso
  vida: Vida | undefined
  prontoMs: number | undefined
  /** Where its first life began in the log: a child that falls again and again says why there. */
  logDesde: number | undefined
  jaServiu: boolean
}

/** To be set whenever a life has ended. */
export const SEM_PROCESSO = { pid: undefined, prontoDesde: undefined } as const

export function novoFilho(descrito: ProcessoDescrito, contexto: Contexto): Filho {
  const { nome } = descrito
  const primeiroPronto = Promise.withResolvers<void>()
  // Of one that never began nobody waits for it, and a stop rejects it all the same.
  primeiroPronto.promise.catch(() => undefined)
  return {
    descrito,
    contexto,
    log: caminhoDoLog(contexto.diretorio, nome),
    parando: new AbortController(),
    primeiroPronto,
    situacao: {
      ...{ nome, ...SEM_PROCESSO, estado: 'iniciando', reinicios: 0 },
      ...{ ultimaSaida: undefined, info: undefined },
    },
    vida: undefined,
    prontoMs: undefined,
    logDesde: undefined,
    jaServiu: false,
  }
}

export function mudar(filho: Filho, parte: Partial<SituacaoDoProcesso>): void {
  filho.situacao = { ...filho.situacao, ...parte }
  filho.contexto.aoMudar(filho.situacao)
}

/** Fails the start, if it is still under way, with the child's own last words. */
export function falharInicio(filho: Filho, porque: string, exitCode: number): void {
  const { nome, ultimaSaida } = filho.situacao
  const { log: caminho, logDesde } = filho
  const antes = ultimaSaida === undefined ? '' : ` (última saída: ${ultimaSaida})`
  const linhas = logDesde === undefined ? [] : ultimasLinhas(caminho, logDesde)
  const fim = linhas.map((linha) => `\n  ${linha}`).join('')
  const log = linhas.length === 0 ? '' : `; últimas linhas do log:${fim}`
  filho.primeiroPronto.reject(erroDeSaida(`${nome} ${porque}${antes}${log}`, exitCode))
}
