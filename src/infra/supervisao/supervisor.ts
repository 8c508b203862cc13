// Starts a list of child processes at the same time, keeps them running, and ends them in reverse
// order however the supervisor itself is asked to end. It writes nothing to the terminal.
import { addAbortListener } from 'node:events'
import { caminhoDoLog, conter } from './arquivo_de_log.ts'
import { type ErroDeSaida, erroDeSaida } from './erro_de_saida.ts'
import { aoPerderOPai } from './pai.ts'
import { codigoDoSinal, ouvirSinais } from './sinais.ts'
import type { SituacaoDoProcesso } from './situacao.ts'
import { type Supervisionado, supervisionado } from './supervisionado.ts'
import { type Trava, travar } from './trava.ts'
import type { ProcessoDescrito } from './vida.ts'

export interface OpcoesDoSupervisor {
  /** Run-time directory: lock in `supervisor.json`, output in `logs/<nome>.log`. */
  readonly diretorio: string
  /** A lock the caller already holds, and releases itself; without it one is taken here. */
  readonly trava?: Trava
  /** Told of every change: the process that changed, and all of them in the list's order. */
  readonly aoMudar?: (mudou: SituacaoDoProcesso, todos: readonly SituacaoDoProcesso[]) => void
  /**
   * What all live on without: one of those begun after the others that could not be, or a change
   * that `aoMudar` could not take, on a full disk for example.
   */
  readonly aoFalhar?: (erro: Error) => void
  readonly signal?: AbortSignal
  /** How long every start may take until its ready message; default 60,000. */
  readonly prontoEmMs?: number
  /** The longest wait before a crashed child's next life; default: the backoff's own. */
  readonly esperaMaximaMs?: number
}

export interface Supervisor extends AsyncDisposable {
  processos(): readonly SituacaoDoProcesso[]
  /** Resolves when every child is gone, whoever asked for it. */
  readonly terminou: Promise<void>
}

const PRONTO_EM_MS = 60_000
const CONFERIR_LOGS_MS = 5_000

/**
 * Resolves when every child that is not for later has reported ready. From the call until
 * `terminou`, SIGINT, SIGTERM, SIGHUP, the loss of the parent or npm, and `signal` stop everything
 * in order; a second Ctrl-C kills. Rejects, with all children ended, when a child ends with exit
 * code 2 (exitCode 2), is not ready in time or the lock is taken (1), or the start was interrupted
 * (128 + signal).
 */
export async function supervisionar(
  processos: readonly ProcessoDescrito[],
  opcoes: OpcoesDoSupervisor,
): Promise<Supervisor> {
  opcoes.signal?.throwIfAborted()
  conferirNomes(processos)
  const recursos = new AsyncDisposableStack()
  const trava = opcoes.trava ?? recursos.use(await travar(opcoes.diretorio))
  const { diretorio, prontoEmMs = PRONTO_EM_MS, esperaMaximaMs = Infinity } = opcoes
  const situacoes = (): readonly SituacaoDoProcesso[] => filhos.map((filho) => filho.situacao())
  const aoMudar = (mudou: SituacaoDoProcesso): void => {
    try {
      opcoes.aoMudar?.(mudou, situacoes())
    } catch (erro) {
      opcoes.aoFalhar?.(erro as Error)
    }
  }
  const contexto = { diretorio, trava, prontoEmMs, esperaMaximaMs, aoMudar }
  const filhos = processos.map((processo) => supervisionado(processo, contexto))

  const interrompido = Promise.withResolvers<never>()
  let parada: Promise<void> | undefined
  const terminou = Promise.withResolvers<void>()
  const parar = (porque: unknown): Promise<void> => {
    interrompido.reject(porque)
    parada ??= pararEmOrdem(filhos, recursos)
    terminou.resolve(parada)
    return parada
  }
  recursos.use(ouvirFins(parar, filhos, opcoes.signal))
  recursos.use(conterLogs(processos.map(({ nome }) => caminhoDoLog(diretorio, nome))))
  try {
    const [depois, antes] = emDois(filhos, (_, i) => processos[i]?.depois === true)
    const todosProntos = Promise.all(antes.map((filho) => filho.comecar()))
    await Promise.race([interrompido.promise, todosProntos])
    const desistiu = (erro: Error) => {
      if (!parada) opcoes.aoFalhar?.(erro)
    }
    for (const filho of depois) filho.comecar().catch(desistiu)
  } catch (erro) {
    await parar(erro)
    throw erro
  }
  const descartado = (): Promise<void> => parar(erroDeSaida('supervisor descartado', 1))
  return { processos: situacoes, terminou: terminou.promise, [Symbol.asyncDispose]: descartado }
}

function emDois<T>(todos: readonly T[], daPrimeira: (um: T, i: number) => boolean): [T[], T[]] {
  return [todos.filter(daPrimeira), todos.filter((um, i) => !daPrimeira(um, i))]
}

async function pararEmOrdem(
  filhos: readonly Supervisionado[],
  recursos: AsyncDisposableStack,
): Promise<void> {
  try {
    for (const filho of filhos.toReversed()) await filho.parar()
  } finally {
    await recursos.disposeAsync()
  }
}

/** Every way in which the supervisor can be asked to end, KILL apart: that one the children see. */
function ouvirFins(
  parar: (porque: ErroDeSaida) => void,
  filhos: readonly Supervisionado[],
  signal: AbortSignal | undefined,
): Disposable {
  const interromper = (porque: string, exitCode: number): void =>
    parar(erroDeSaida(`início interrompido (${porque})`, exitCode))
  const ouvintes = new DisposableStack()
  ouvintes.use(
    ouvirSinais({
      parar: (sinal) => interromper(sinal, codigoDoSinal(sinal)),
      insistir: (sinal) => {
        if (sinal === 'SIGINT') for (const filho of filhos) filho.matar()
      },
    }),
  )
  ouvintes.use(aoPerderOPai(() => interromper('o processo pai terminou', 1)))
  if (signal) ouvintes.use(addAbortListener(signal, () => interromper('a pedido', 1)))
  return ouvintes
}

function conterLogs(caminhos: readonly string[]): Disposable {
  const relogio = setInterval(() => {
    for (const caminho of caminhos) void conter(caminho)
  }, CONFERIR_LOGS_MS)
  relogio.unref()
  return { [Symbol.dispose]: () => clearInterval(relogio) }
}

function conferirNomes(processos: readonly ProcessoDescrito[]): void {
  const nomes = new Set(processos.map(({ nome }) => nome))
  if (nomes.size < processos.length) throw new Error('dois processos com o mesmo nome')
}
