// What one process weighs and since when it runs: Linux's /proc, `ps` elsewhere.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface Medida {
  /** Proportional share (PSS) where the system knows it, else resident size; null when unknown. */
  readonly memoria_mb: number | null
  /** UTC, ISO 8601; null when unknown. */
  readonly desde: string | null
}

const PS_LIMITE_MS = 2_000
/** Linux tells user space hundredths of a second, whatever its own tick is. */
const TICKS_POR_S = 100
/** Field 22 of /proc/<pid>/stat, counted from the third: the second may contain spaces. */
const STARTTIME = 22 - 3

export const medir = (pid: number): Promise<Medida> =>
  process.platform === 'linux' ? porProc(pid) : porPs(pid)

/** With the processes it started: PostgreSQL has one for each client. */
export async function medirComFilhos(pid: number): Promise<Medida> {
  const ditos = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const filhos = ditos.split(' ').map(Number).filter(Boolean)
  const [proprio, ...deles] = await Promise.all([medir(pid), ...filhos.map(medir)])
  if (proprio.memoria_mb === null) return proprio
  const soma = deles.reduce((mb, { memoria_mb }) => mb + (memoria_mb ?? 0), proprio.memoria_mb)
  return { ...proprio, memoria_mb: Math.round(soma * 10) / 10 }
}

export async function porProc(pid: number): Promise<Medida> {
  const [rateio, stat, sistema] = await Promise.all(
    [`/proc/${pid}/smaps_rollup`, `/proc/${pid}/stat`, '/proc/stat'].map((arquivo) =>
      readFile(arquivo, 'utf8').catch(() => ''),
    ),
  )
  const pssKb = Number(/^Pss:\s+(\d+)/m.exec(rateio ?? '')?.[1])
  const bootS = Number(/^btime (\d+)/m.exec(sistema ?? '')?.[1])
  const campos = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ')
  const inicioS = bootS + Number(campos[STARTTIME]) / TICKS_POR_S
  return { memoria_mb: emMb(pssKb), desde: emIso(inicioS * 1_000) }
}

export async function porPs(pid: number): Promise<Medida> {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  const argumentos = ['-o', 'rss=,lstart=', '-p', String(pid)]
  const { stdout } = await promisify(execFile)('ps', argumentos, {
    env,
    timeout: PS_LIMITE_MS,
  }).catch(() => ({ stdout: '' }))
  const [, rssKb, inicio] = /^\s*(\d+)\s+(.+)$/.exec(stdout.trim()) ?? []
  return { memoria_mb: emMb(Number(rssKb)), desde: emIso(Date.parse(`${inicio} UTC`)) }
}

const emMb = (kb: number): number | null =>
  Number.isFinite(kb) ? Math.round(kb / 102.4) / 10 : null
const emIso = (ms: number): string | null =>
  Number.isFinite(ms) ? new Date(ms).toISOString() : null
