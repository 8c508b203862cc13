// A remembered process is its pid plus its start time: pids are recycled, and a signal sent to a
// remembered pid alone can kill a stranger. Everything here signals single pids, never groups.
import { setTimeout as esperar } from 'node:timers/promises'
import { erroDeSaida } from './erro_de_saida.ts'
import { lerProcesso } from './processo_do_sistema.ts'

export interface Identidade {
  readonly pid: number
  /** Opaque start time, compared only for equality. */
  readonly inicio: string
}

const PASSO_MS = 25
/** How long the kernel may take to remove a process after SIGKILL. */
const FIM_APOS_KILL_MS = 3_000

export function identificar(pid: number): Identidade | undefined {
  const processo = lerProcesso(pid)
  return processo === undefined ? undefined : { pid, inicio: processo.inicio }
}

/**
 * Whether this very process, not merely one with its pid, still runs. Where nothing can be read of
 * it just now, one that takes a signal counts: to be called dead ends or unlocks things.
 */
export function vive(quem: Identidade): boolean {
  try {
    return lerProcesso(quem.pid)?.inicio === quem.inicio
  } catch {
    return aceitaSinal(quem.pid)
  }
}

function aceitaSinal(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (erro) {
    return (erro as { code?: string }).code !== 'ESRCH'
  }
}

/**
 * Signals `quem` if it still runs. Throws (exit code 1) when it belongs to another user, and what
 * kept it from being recognised: a pid alone may be a stranger's by now.
 */
export function sinalizar(quem: Identidade, sinal: NodeJS.Signals): void {
  if (lerProcesso(quem.pid)?.inicio !== quem.inicio) return
  try {
    process.kill(quem.pid, sinal)
  } catch (erro) {
    const codigo = erro instanceof Error && 'code' in erro ? erro.code : undefined
    if (codigo === 'ESRCH') return
    throw erroDeSaida(`sem permissão para encerrar o processo ${quem.pid}`, 1)
  }
}

/** Waits until all are gone or `limiteMs` has passed; returns those that still run. */
export async function aguardarFim(
  quem: readonly Identidade[],
  limiteMs: number,
): Promise<readonly Identidade[]> {
  const prazo = performance.now() + limiteMs
  let vivos = quem.filter(vive)
  while (vivos.length > 0 && performance.now() < prazo) {
    await esperar(PASSO_MS)
    vivos = vivos.filter(vive)
  }
  return vivos
}

/** `sinal` to all, SIGKILL after `graciaMs` to who remains. Throws if one outlives even that. */
export async function encerrar(
  quem: readonly Identidade[],
  graciaMs: number,
  sinal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  for (const um of quem) sinalizar(um, sinal)
  const teimosos = await aguardarFim(quem, graciaMs)
  for (const um of teimosos) sinalizar(um, 'SIGKILL')
  const [resto] = await aguardarFim(teimosos, FIM_APOS_KILL_MS)
  if (resto !== undefined) throw erroDeSaida(`o processo ${resto.pid} não pôde ser encerrado`, 1)
}
