// What the operating system says about one pid: Linux's /proc, `ps` elsewhere. Native Windows has
// neither: there no process is ever recognised, so the lock does not guard and nothing is killed.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessoDoSistema {
  readonly ppid: number
  readonly comando: string
  /** Opaque: equal for the same process, different for a later one with the same pid. */
  readonly inicio: string
}

const PS_LIMITE_MS = 2_000
/** `stat` fields counted from 1 as in proc(5); the line is split after field 2. */
const CAMPO = { state: 3, ppid: 4, starttime: 22 } as const
const MORTOS = 'ZXx'
/** ESRCH: it ended between the opening and the reading. The last two: another user's, hidden. */
const NAO_HA: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM'])

let bootDesteSistema: string | undefined

/**
 * The process `pid`, or undefined when there is none; a zombie counts as none. Throws when that
 * cannot be known, for want of file descriptors for example.
 */
export function lerProcesso(pid: number): ProcessoDoSistema | undefined {
  return process.platform === 'linux' ? lerPorProc(pid) : lerPorPs(pid)
}

export function lerPorProc(pid: number): ProcessoDoSistema | undefined {
  const linha = lerOuNada(`/proc/${pid}/stat`)
  if (linha === undefined) return undefined
  // The name in field 2 may itself contain spaces and parentheses.
  const campos = linha.slice(linha.lastIndexOf(')') + 2).split(' ')
  const campo = (numero: number): string => campos[numero - 3] ?? ''
  if (MORTOS.includes(campo(CAMPO.state))) return undefined
  const comando = (lerOuNada(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim()
  return {
    ppid: Number(campo(CAMPO.ppid)),
    comando,
    // Ticks since boot repeat from one boot to the next; a service started by the system can even
    // get the same pid at the same tick. The boot's own id tells them apart.
    inicio: `${boot()}:${campo(CAMPO.starttime)}`,
  }
}

export function lerPorPs(pid: number): ProcessoDoSistema | undefined {
  const argumentos = ['-ww', '-o', 'ppid=,stat=,lstart=,command=', '-p', String(pid)]
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  const dito = spawnSync('ps', argumentos, { env, encoding: 'utf8', timeout: PS_LIMITE_MS })
  // Without any `ps` no process is ever recognised; one that is merely slow says nothing.
  if ((dito.error as { code?: string } | undefined)?.code === 'ENOENT') return undefined
  if (dito.error) throw dito.error
  const [ppid, stat, ...resto] = dito.stdout.trim().split(/\s+/)
  if (ppid === undefined || stat === undefined || resto.length < 5) return undefined
  if (MORTOS.includes(stat.charAt(0))) return undefined
  // lstart is five words: weekday, month, day, time, year.
  const inicio = resto.slice(0, 5).join(' ')
  return { ppid: Number(ppid), comando: resto.slice(5).join(' '), inicio }
}

function boot(): string {
  bootDesteSistema ??= (lerOuNada('/proc/sys/kernel/random/boot_id') ?? '').trim()
  return bootDesteSistema
}

function lerOuNada(caminho: string): string | undefined {
  try {
    return readFileSync(caminho, 'utf8')
  } catch (erro) {
    if (NAO_HA.has((erro as { code?: string }).code)) return undefined
    throw erro
  }
}
