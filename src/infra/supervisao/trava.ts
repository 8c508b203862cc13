// One supervisor per run-time directory. The lock also remembers every child by pid and start time,
// so that the next start, or `npm run parar`, can end what a killed supervisor left behind.
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as esperar } from 'node:timers/promises'
import { type FilhoAnotado, ler, substituir, tomar } from './arquivo_da_trava.ts'
import { erroDeSaida } from './erro_de_saida.ts'
import { encerrar, type Identidade, identificar, sinalizar, vive } from './identidade.ts'

export interface Trava extends AsyncDisposable {
  /** Remembers the process under `nome`, in place of an earlier one. */
  anotar(nome: string, pid: number): void
  esquecer(nome: string): void
}

export interface TravaLida {
  readonly supervisor: Identidade
  readonly filhos: readonly FilhoAnotado[]
  /** False when the file is what a killed supervisor left behind. */
  readonly emExecucao: boolean
}

const GRACIA_DAS_SOBRAS_MS = 2_000
const PASSO_MS = 50

/**
 * Takes the lock of `diretorio` (created when absent) and ends the children that an earlier,
 * killed supervisor left there. Throws with exit code 1 when a supervisor already runs in it.
 */
export async function travar(diretorio: string): Promise<Trava> {
  const caminho = caminhoDaTrava(diretorio)
  mkdirSync(diretorio, { recursive: true })
  const eu = identificar(process.pid) ?? { pid: process.pid, inicio: '' }
  const tomada = tomar(caminho, eu)
  if (!tomada.tomada) throw jaEmExecucao(tomada.dono)
  // Until they are gone the file keeps naming them: dying here must not lose them.
  await encerrar(tomada.anterior?.filhos ?? [], GRACIA_DAS_SOBRAS_MS)
  const filhos = new Map<string, FilhoAnotado>()
  const gravar = (): void => substituir(caminho, { ...eu, filhos: [...filhos.values()] })
  gravar()
  return {
    anotar(nome, pid) {
      const quem = identificar(pid)
      // Already gone: whoever started it hears its exit.
      if (quem === undefined) return
      filhos.set(nome, { nome, ...quem })
      gravar()
    },
    esquecer(nome) {
      if (filhos.delete(nome)) gravar()
    },
    async [Symbol.asyncDispose]() {
      rmSync(caminho, { force: true })
    },
  }
}

/** What the lock of `diretorio` says; undefined when there is none, or only an illegible one. */
export function lerTrava(diretorio: string): TravaLida | undefined {
  const conteudo = ler(caminhoDaTrava(diretorio))?.conteudo
  if (conteudo === undefined) return undefined
  const { pid, inicio, filhos } = conteudo
  return { supervisor: { pid, inicio }, filhos, emExecucao: vive(conteudo) }
}

/**
 * Stops from another process what runs in `diretorio`: asks the supervisor, waits up to
 * `limiteMs` for it and all its children to be gone, then kills what remains, each by its pid.
 * Throws (exit code 1) when a process belongs to another user.
 */
export async function pararDeFora(
  diretorio: string,
  limiteMs: number,
): Promise<'parado' | 'nao_havia'> {
  const trava = lerTrava(diretorio)
  if (trava === undefined) return 'nao_havia'
  const { supervisor, emExecucao } = trava
  const filhos = new Map(trava.filhos.map((um) => [um.pid, um]))
  const vivos = (): readonly Identidade[] => [supervisor, ...filhos.values()].filter(vive)
  if (vivos().length === 0) return 'nao_havia'
  for (const um of emExecucao ? [supervisor] : vivos()) sinalizar(um, 'SIGTERM')
  const prazo = performance.now() + limiteMs
  while (vivos().length > 0 && performance.now() < prazo) {
    await esperar(PASSO_MS)
    // A child that was just being restarted appears only now.
    for (const um of filhosDe(diretorio, supervisor)) filhos.set(um.pid, um)
  }
  // The supervisor first: it would restart what we kill.
  if (vive(supervisor)) await encerrar([supervisor], 0)
  for (const um of filhosDe(diretorio, supervisor)) filhos.set(um.pid, um)
  await encerrar(vivos(), 0)
  return 'parado'
}

function filhosDe(diretorio: string, supervisor: Identidade): readonly FilhoAnotado[] {
  const trava = lerTrava(diretorio)
  const mesma =
    trava?.supervisor.pid === supervisor.pid && trava.supervisor.inicio === supervisor.inicio
  return mesma ? trava.filhos : []
}

function caminhoDaTrava(diretorio: string): string {
  return join(resolve(diretorio), 'supervisor.json')
}

function jaEmExecucao(pid: number): Error {
  const onde = `quatrovias já está em execução neste diretório (processo ${pid})`
  return erroDeSaida(`${onde}; use "npm run parar"`, 1)
}
