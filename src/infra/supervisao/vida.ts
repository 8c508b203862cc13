// One life of a child: from spawn to exit. It knows nothing of restarts.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { abrirLog } from './arquivo_de_log.ts'
import type { MensagemDoFilho, MensagemDoSupervisor } from './processo_filho.ts'

/**
 * For glibc: large blocks go back to the system when they are freed, instead of staying with each
 * thread. Measured on the gateway after fifty passwords (argon2id, 19 MB each): 90 MB, not 240.
 */
const ALOCADOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1000000' } as const

export interface ProcessoDescrito {
  readonly nome: string
  /** argv after the node binary. */
  readonly argumentos: readonly string[]
  /** Added to the supervisor's own environment, and stronger than it. */
  readonly ambiente: Readonly<Record<string, string>>
  /** Begun once all the others are ready, and waited for by nobody. */
  readonly depois?: true
}

export interface Saida {
  readonly codigo: number | null
  /** In Portuguese, e.g. "código 2", "sinal SIGKILL". */
  readonly texto: string
}

export interface Vida {
  /** Undefined when the process could not even be started. */
  readonly pid: number | undefined
  /** Never rejects. */
  readonly saida: Promise<Saida>
  /** Where in its log this life began, in bytes. */
  readonly logDesde: number
  /** Asks by message, then SIGTERM, then SIGKILL; resolves when the process is gone. */
  parar(): Promise<void>
  matar(): void
}

const MENSAGEM_ATENDIDA_MS = 5_000
const TERM_ATENDIDO_MS = 2_000
/** A process that survives SIGKILL this long hangs in the kernel: it is not waited for. */
const KILL_ATENDIDO_MS = 3_000

export function nascer(
  descrito: ProcessoDescrito,
  log: string,
  aoFicarPronto: (info: unknown) => void,
): Vida {
  const { fd, tamanho } = abrirLog(log)
  const filho = gerar(descrito, fd)
  filho.on('message', (mensagem: Partial<MensagemDoFilho> | null) => {
    // A message can still arrive after the exit of who sent it.
    const vivo = filho.exitCode === null && filho.signalCode === null
    if (vivo && mensagem?.tipo === 'pronto') aoFicarPronto(mensagem.info)
  })
  const fim = Promise.withResolvers<Saida>()
  ouvirFim(filho, fim.resolve)
  const saida = fim.promise
  return {
    pid: filho.pid,
    saida,
    logDesde: tamanho,
    parar: async () => {
      if (await parar(filho, saida)) return
      fim.resolve({ codigo: null, texto: 'não pôde ser encerrado' })
    },
    matar: () => {
      filho.kill('SIGKILL')
    },
  }
}

function gerar({ argumentos, ambiente }: ProcessoDescrito, fd: number): ChildProcess {
  try {
    return spawn(process.execPath, argumentos, {
      env: { ...ALOCADOR, ...process.env, ...ambiente },
      stdio: ['ignore', fd, fd, 'ipc'],
      // Its own process group, so that a Ctrl-C in the terminal reaches only the supervisor.
      detached: true,
      windowsHide: true,
    })
  } finally {
    closeSync(fd)
  }
}

function ouvirFim(filho: ChildProcess, acabou: (saida: Saida) => void): void {
  filho.once('exit', (codigo, sinal) =>
    acabou({ codigo, texto: sinal === null ? `código ${codigo}` : `sinal ${sinal}` }),
  )
  // Without a pid no 'exit' will follow; with one the error is a failed send or kill, and the
  // exit says the rest.
  filho.on('error', (erro) => {
    if (filho.pid === undefined) acabou({ codigo: null, texto: `não iniciou: ${erro.message}` })
  })
}

async function parar(filho: ChildProcess, saida: Promise<Saida>): Promise<boolean> {
  const pedido: MensagemDoSupervisor = { tipo: 'parar' }
  if (filho.connected) filho.send(pedido, () => {})
  if (await chega(saida, MENSAGEM_ATENDIDA_MS)) return true
  filho.kill('SIGTERM')
  if (await chega(saida, TERM_ATENDIDO_MS)) return true
  filho.kill('SIGKILL')
  return chega(saida, KILL_ATENDIDO_MS)
}

async function chega(saida: Promise<unknown>, limiteMs: number): Promise<boolean> {
  const tempo = Promise.withResolvers<false>()
  const relogio = setTimeout(() => tempo.resolve(false), limiteMs)
  const chegou = await Promise.race([saida.then(() => true), tempo.promise])
  clearTimeout(relogio)
  return chegou
}
