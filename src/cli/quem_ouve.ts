// Which process listens on a port: Linux's /proc says so of one's own; elsewhere nobody does.
import { readdir, readFile, readlink } from 'node:fs/promises'
import { lerProcesso } from '../infra/supervisao/processo_do_sistema.ts'

export interface Dono {
  readonly pid: number
  /** Its command line, cut to what fits a terminal. */
  readonly comando: string
}

/** State of a listening socket in /proc/net/tcp, see proc_pid_net(5). */
const LISTEN = '0A'
const MAIOR_COMANDO = 60

export async function quemOuve(portas: readonly number[]): Promise<ReadonlyMap<number, Dono>> {
  const donos = new Map<number, Dono>()
  const soquetes = await soquetesQueOuvem(new Set(portas))
  if (soquetes.size === 0) return donos
  const processos = (await listar('/proc')).filter((nome) => /^\d+$/.test(nome))
  for (const pid of processos) {
    for (const porta of await portasDe(pid, soquetes)) donos.set(porta, descrever(Number(pid)))
  }
  return donos
}

/** inode of the socket → port, for both IP versions. */
async function soquetesQueOuvem(portas: ReadonlySet<number>): Promise<ReadonlyMap<string, number>> {
  const tabelas = ['/proc/net/tcp', '/proc/net/tcp6'].map((t) =>
    readFile(t, 'utf8').catch(() => ''),
  )
  const soquetes = new Map<string, number>()
  for (const linha of (await Promise.all(tabelas)).join('\n').split('\n')) {
    const campos = linha.trim().split(/\s+/)
    const porta = Number.parseInt(campos[1]?.split(':')[1] ?? '', 16)
    const inode = campos[9]
    if (campos[3] === LISTEN && inode && portas.has(porta)) soquetes.set(inode, porta)
  }
  return soquetes
}

async function portasDe(pid: string, soquetes: ReadonlyMap<string, number>): Promise<number[]> {
  const descritores = (await listar(`/proc/${pid}/fd`)).map((fd) =>
    readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''),
  )
  return (await Promise.all(descritores))
    .map((alvo) => soquetes.get(/^socket:\[(\d+)\]$/.exec(alvo)?.[1] ?? ''))
    .filter((porta) => porta !== undefined)
}

function descrever(pid: number): Dono {
  const comando = lerProcesso(pid)?.comando ?? ''
  const cortado = comando.length > MAIOR_COMANDO ? `${comando.slice(0, MAIOR_COMANDO)}…` : comando
  return { pid, comando: cortado }
}

/** Another user's process, or one that has just ended, shows nothing. */
const listar = (caminho: string): Promise<string[]> => readdir(caminho).catch(() => [])
