// Run in a process of its own, whose memory is nobody else's.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const REPOUSO = new URL('./repouso.ts', import.meta.url).href

/**
 * A flood; half of the time at work for OCUPADO_MS; rest, until the heap is a third of what it was;
 * and the same once more.
 */
const programa = `
  import { getHeapStatistics } from 'node:v8'
  import { setTimeout as esperar } from 'node:timers/promises'
  import { devolverMemoriaEmRepouso } from '${REPOUSO}'
  const OCUPADO_MS = 1_500
  const LIMITE_MS = 20_000
  const muitos = () => Array.from({ length: 1_000_000 }, (_, i) => ({ i, texto: [i] }))
  const pilha = () => getHeapStatistics().total_heap_size
  async function trabalhar(ms) {
    for (const fim = performance.now() + ms; performance.now() < fim; await esperar(10)) {
      for (const volta = performance.now() + 10; performance.now() < volta; );
    }
  }
  async function inundar() {
    const guardados = muitos()
    await trabalhar(OCUPADO_MS)
    const cheia = pilha()
    guardados.length = 0
    const limite = performance.now() + LIMITE_MS
    while (pilha() > cheia / 3 && performance.now() < limite) await esperar(50)
    return pilha() > cheia / 3 ? 'guardada' : 'devolvida'
  }
  devolverMemoriaEmRepouso(200)
  const vezes = [await inundar(), await inundar()]
  process.stdout.write(vezes.join(' '))
`

test('a memória volta ao sistema cada vez que o trabalho acaba', async () => {
  const args = ['--input-type=module-typescript', '--eval', programa]
  const filho = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [dito] = await Promise.all([text(filho.stdout), once(filho, 'exit')])
  assert.equal(dito, 'devolvida devolvida')
})
