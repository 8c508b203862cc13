// Run in a process of its own, because what is asked is what is left when it ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const SAIDA = new URL('./saida_do_log.ts', import.meta.url).href
const LINHAS = 3_000

/** What a process says that logs so many numbered lines, of 100 characters each, and then `fim`. */
async function dizer(fim: string): Promise<string> {
  const programa = `import { saidaDoLog } from '${SAIDA}'
    const saida = saidaDoLog()
    for (let n = 0; n < ${LINHAS}; n++) saida.write(String(n).padEnd(100) + '\\n')
    ${fim}`
  const args = ['--input-type=module-typescript', '--eval', programa]
  const filho = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [dito] = await Promise.all([text(filho.stdout), once(filho, 'exit')])
  return dito
}

const numeros = (dito: string) => dito.trimEnd().split('\n').map(Number)

test('o que foi registrado sai todo e em ordem, quando o processo acaba por si', async () => {
  assert.deepEqual(numeros(await dizer('')), [...Array(LINHAS).keys()])
})

test('o que foi registrado sai todo quando o processo é encerrado no meio', async () => {
  assert.deepEqual(numeros(await dizer('process.exit(0)')), [...Array(LINHAS).keys()])
})
