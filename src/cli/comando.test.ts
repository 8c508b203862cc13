// The four commands as a person runs them: through the terminal's one door, in a process.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'

const MAIN = join(import.meta.dirname, 'main.ts')

describe('a ajuda de cada comando', { concurrency: true }, () => {
  for (const nome of ['pedir', 'situacao', 'parar', 'diagnostico']) {
    test(`${nome} --help: opções e exemplos em português, código 0`, async () => {
      const filho = spawn(process.execPath, [MAIN, nome, '--help'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [saida, [codigo]] = await Promise.all([text(filho.stdout), once(filho, 'exit')])
      assert.equal(codigo, 0)
      assert.match(saida, new RegExp(`^Uso: npm run ${nome} -- \\[opções\\]`))
      assert.match(saida, new RegExp(`\nExemplos:\n {2}npm run ${nome}`))
      assert.doesNotMatch(saida, /Usage|Options|default|display/)
    })
  }
})
