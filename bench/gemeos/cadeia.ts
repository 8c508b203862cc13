// Starts a bare chain of six hops, each a process, and says where it begins.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type TipoDaCadeia = 'rest' | 'unario' | 'fluxo'

/** Which program a hop runs, its first argument, and how its neighbour writes its address. */
const SALTO: Readonly<Record<TipoDaCadeia, readonly [string, string, (p: number) => string]>> = {
  rest: ['./salto_rest.ts', '0', (porta) => `http://127.0.0.1:${porta}`],
  unario: ['./salto_grpc.ts', 'unario', (porta) => `127.0.0.1:${porta}`],
  fluxo: ['./salto_grpc.ts', 'fluxo', (porta) => `127.0.0.1:${porta}`],
}
export const SALTOS = 6

/** `endereco` is the first hop's: a url for `rest`, `host:port` for gRPC. */
export async function abrirCadeia(
  tipo: TipoDaCadeia,
): Promise<{ endereco: string } & AsyncDisposable> {
  const [arquivo, primeiro, enderecoDe] = SALTO[tipo]
  const programa = fileURLToPath(new URL(arquivo, import.meta.url))
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-gemeo-'))
  const processos: ChildProcess[] = []
  let endereco: string | undefined
  for (let i = 0; i < SALTOS; i++) {
    const banco = join(diretorio, `${i}.db`)
    const processo = fork(programa, [primeiro, banco, ...(endereco ? [endereco] : [])])
    processos.push(processo)
    const [{ porta }] = (await once(processo, 'message')) as [{ porta: number }]
    endereco = enderecoDe(porta)
  }
  return {
    endereco: endereco ?? '',
    async [Symbol.asyncDispose]() {
      // Whoever calls ends before whom it calls: no hop is left waiting for an answer.
      for (const processo of processos.toReversed()) {
        processo.disconnect()
        if (processo.exitCode === null) await once(processo, 'exit')
      }
      await rm(diretorio, { recursive: true, force: true })
    },
  }
}
