// For the tests: a command run in this process as in a terminal, in a directory of its own.
import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { stripVTControlCharacters } from 'node:util'

type Comando = (argumentos: string[]) => Promise<number>
export interface Terminal extends Disposable {
  readonly diretorio: string
  gravar(arquivo: string, conteudo: object): void
  executar(
    comando: Comando,
    ...argumentos: string[]
  ): Promise<{ codigo: number; saida: string; erros: string }>
}

export function abrirTerminal(t: TestContext): Terminal {
  const pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-cli-'))
  const antes = process.env.QUATROVIAS_DIR
  process.env.QUATROVIAS_DIR = pasta.path
  return {
    diretorio: pasta.path,
    gravar: (arquivo, conteudo) =>
      writeFileSync(join(pasta.path, arquivo), JSON.stringify(conteudo)),
    async executar(comando, ...argumentos) {
      const log = t.mock.method(console, 'log', () => undefined)
      const error = t.mock.method(console, 'error', () => undefined)
      try {
        const codigo = await comando(argumentos)
        return { codigo, saida: dito(log), erros: dito(error) }
      } finally {
        log.mock.restore()
        error.mock.restore()
      }
    },
    [Symbol.dispose]() {
      if (antes === undefined) delete process.env.QUATROVIAS_DIR
      else process.env.QUATROVIAS_DIR = antes
      pasta.remove()
    },
  }
}

const dito = (espiao: { mock: { calls: readonly { arguments: readonly unknown[] }[] } }): string =>
  espiao.mock.calls.map((c) => stripVTControlCharacters(c.arguments.join(' '))).join('\n')

/** An HTTP server on a free port; its connections die with it. */
export async function abrirHttp(
  responder: RequestListener,
): Promise<AsyncDisposable & { readonly url: string }> {
  const servidor = createServer(responder)
  await new Promise<void>((pronto) => servidor.listen(0, '127.0.0.1', pronto))
  return {
    url: `http://127.0.0.1:${(servidor.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      servidor.closeAllConnections()
      await servidor[Symbol.asyncDispose]()
    },
  }
}
