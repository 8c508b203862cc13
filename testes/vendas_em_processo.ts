// vendas as a process of its own, asked over HTTP how it stands, and ended in any way.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argumentosDe } from '../src/infra/processos.ts'
import { ate } from './ate.ts'

const TRATAR_MS = 30_000

interface Contagens {
  readonly gravadas: number
  readonly repetidas: number
  readonly mortas: number
}

export interface VendasEmProcesso extends AsyncDisposable {
  readonly url: string
  situacao(): Promise<Contagens & { readonly banco: string }>
  /**
   * Once it counted so many: later than the table holds them. More may come, for what a member
   * reads again when the group settles counts again.
   */
  tratou(quantas: Partial<Contagens>): ReturnType<VendasEmProcesso['situacao']>
  encerrar(sinal: NodeJS.Signals): Promise<void>
  /** Of its log, so far. */
  linhas(): string[]
}

/** Errors: Error with what the process said before it ended. */
export async function iniciarVendas(ambiente: Record<string, string>): Promise<VendasEmProcesso> {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-vendas-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const nosso = { PATH: process.env.PATH, QUATROVIAS_DIR: diretorio, VENDAS_PORTA: '0' }
  const filho = spawn(process.execPath, argumentosDe('vendas'), {
    ...{ env: { ...nosso, ...ambiente }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  })
  pilha.defer(() => encerrar(filho, 'SIGKILL'))
  let dito = ''
  for (const fluxo of [filho.stdout, filho.stderr]) {
    fluxo?.setEncoding('utf8').on('data', (pedaco: string) => {
      dito += pedaco
    })
  }
  const [pronto] = await Promise.race([once(filho, 'message'), once(filho, 'close')])
  const url = (pronto as { info?: { rest: string } } | null)?.info?.rest
  if (!url) throw new Error(dito)
  const situacao: VendasEmProcesso['situacao'] = async () =>
    (await fetch(`${url}/interno/vendas`)).json() as never
  const aberto = pilha.move()
  return {
    ...{ url, situacao },
    tratou({ gravadas = 0, repetidas = 0, mortas = 0 }) {
      const contou = async () => {
        const s = await situacao()
        const bastam = s.gravadas >= gravadas && s.repetidas >= repetidas && s.mortas >= mortas
        return bastam ? s : undefined
      }
      const quais = `${gravadas} gravadas, ${repetidas} repetidas e ${mortas} mortas`
      return ate(contou, TRATAR_MS, quais)
    },
    encerrar: (sinal) => encerrar(filho, sinal),
    linhas: () => dito.split('\n'),
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

async function encerrar(filho: ChildProcess, sinal: NodeJS.Signals): Promise<void> {
  if (filho.exitCode !== null || filho.signalCode !== null) return
  const saiu = once(filho, 'exit')
  filho.kill(sinal)
  await saiu
}
