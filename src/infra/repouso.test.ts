// Run in a process of its own, whose memory is nobody else's.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const REPOUSO = new URL('./repouso.ts', import.meta.url).href

/** After a flood, half of the time at work for `ocupadoMs`; says when memory was asked back. */
const programa = (ocupadoMs: number) => `
  import { constants, PerformanceObserver } from 'node:perf_hooks'
  import { devolverMemoriaEmRepouso } from '${REPOUSO}'
  let guardados = Array.from({ length: 1_000_000 }, (_, i) => ({ i, texto: [i] }))
  guardados = []
  devolverMemoriaEmRepouso(200)
  const inicio = performance.now()
  const dizer = (palavra) => {
    process.stdout.write(palavra)
    process.exit()
  }
  new PerformanceObserver((lidas) => {
    const pedida = ({ detail }) =>
      detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_ALL_AVAILABLE_GARBAGE
    if (!lidas.getEntries().some(pedida)) return
    dizer(performance.now() - inicio < ${ocupadoMs} ? 'no meio do trabalho' : 'em repouso')
  }).observe({ entryTypes: ['gc'] })
  const trabalho = setInterval(() => {
    for (const fim = performance.now() + 10; performance.now() < fim; );
    if (performance.now() - inicio > ${ocupadoMs}) clearInterval(trabalho)
  }, 20)
  setTimeout(() => dizer('nunca'), 20_000)
`

test('a memória é devolvida em repouso, depois da enxurrada e não no meio dela', async () => {
  const args = ['--input-type=module-typescript', '--eval', programa(1_500)]
  const filho = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [dito] = await Promise.all([text(filho.stdout), once(filho, 'exit')])
  assert.equal(dito, 'em repouso')
})
