// Starts the bare chain of six hops, each a process, and says where it begins.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SALTO = fileURLToPath(new URL('./salto_rest.ts', import.meta.url))
export const SALTOS = 6

export async function abrirCadeia(): Promise<{ url: string } & AsyncDisposable> {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-gemeo-'))
  const processos: ChildProcess[] = []
  let url: string | undefined
  for (let i = 0; i < SALTOS; i++) {
    const processo = fork(SALTO, ['0', join(diretorio, `${i}.db`), ...(url ? [url] : [])])
    processos.push(processo)
    const [{ porta }] = (await once(processo, 'message')) as [{ porta: number }]
    url = `http://127.0.0.1:${porta}`
  }
  return {
    url: url ?? '',
    async [Symbol.asyncDispose]() {
      for (const processo of processos) {
        processo.disconnect()
        if (processo.exitCode === null) await once(processo, 'exit')
      }
      await rm(diretorio, { recursive: true, force: true })
    },
  }
}
