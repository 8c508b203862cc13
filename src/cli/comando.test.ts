// The commands as a person runs them: through the terminal's one door, in a process.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'

const MAIN = join(import.meta.dirname, 'main.ts')

describe('a ajuda de cada comando', { concurrency: true }, () => {
  const deNpm = ['pedir', 'situacao', 'parar', 'diagnostico'].map((nome) => [
    ...[nome, `npm run ${nome}`, `npm run ${nome} -- \\[opções\\]`],
  ])
  const outros = ['mortas', 'topicos'].map((nome) => [
    ...[nome, `npm start -- ${nome}`, `npm start -- ${nome} .+ \\[opções\\]`],
  ])
  for (const [nome = '', chamada, uso] of [...deNpm, ...outros]) {
    test(`${nome} --help: opções e exemplos em português, código 0`, async () => {
      const filho = spawn(process.execPath, [MAIN, nome, '--help'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [saida, [codigo]] = await Promise.all([text(filho.stdout), once(filho, 'exit')])
      assert.equal(codigo, 0)
      assert.match(saida, new RegExp(`^Uso: ${uso}`))
      assert.match(saida, new RegExp(`\nExemplos:\n {2}${chamada}`))
      assert.doesNotMatch(saida, /Usage|Options|default|display/)
    })
  }
})
