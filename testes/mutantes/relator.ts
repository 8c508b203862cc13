// The reporter of a mutant's run: one JSON line for each test that ended, but for suites and hooks.
import type { TestEvent } from 'node:test/reporters'

export interface Linha {
  readonly nome: string
  /** Absent when the test passed. */
  readonly mensagem?: string
}

export default async function* relator(eventos: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of eventos) {
    if (type === 'test:pass' && data.details.type !== 'suite') yield linha({ nome: data.name })
    if (type !== 'test:fail') continue
    const { error, type: tipo } = data.details
    const { failureType } = error as Error & { failureType?: string }
    if (tipo === 'suite' || failureType !== 'testCodeFailure') continue
    yield linha({ nome: data.name, mensagem: String((error.cause as Error)?.message ?? error) })
  }
}

const linha = (dados: Linha): string => `${JSON.stringify(dados)}\n`
