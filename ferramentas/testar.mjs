// `npm test`: types and style, then the fast tests, then those with real processes, each stage in
// order and the first red one ending it. Runs under the project's own Node.
import { spawnSync } from 'node:child_process'
import { CACHE } from '../src/infra/processos.ts'

const node = (...argumentos) => [process.execPath, argumentos]
/** No file takes a third of it: what hangs is red, and does not hold the rest. */
const LIMITE = '--test-timeout=300000'
const npx = (nome, ...argumentos) => [`node_modules/.bin/${nome}`, argumentos]

// What opens no socket comes first; each architecture's own tests do.
const NUCLEO = ['src/{contratos,persistencia,servicos}/**/*.test.ts', 'src/arquiteturas/*.test.ts']
const BORDAS = [
  'src/{assinantes,dados,infra,gateway,laboratorio,cli}/**/*.test.ts',
  'src/arquiteturas/*/*.test.ts',
]

const ETAPAS = [
  ['tipos', npx('tsc', '--noEmit')],
  ['estilo', npx('biome', 'check', '--error-on-warnings')],
  ['núcleo', node('--test', LIMITE, '--test-concurrency=2', ...NUCLEO)],
  ['bordas', node('--test', LIMITE, '--test-concurrency=2', ...BORDAS)],
  // Most of their time is waiting: for a process to start, a member to join, a deadline to pass.
  ['contrato e integração', node('--test', LIMITE, '--test-concurrency=2', 'testes/**/*.test.ts')],
]

// Hundreds of short processes load the same code: each but the first finds it compiled.
process.env.NODE_COMPILE_CACHE = CACHE
const inicio = performance.now()
for (const [nome, [comando, argumentos]] of ETAPAS) {
  const antes = performance.now()
  console.log(`\n== ${nome}`)
  const { status, signal } = spawnSync(comando, argumentos, { stdio: 'inherit' })
  console.log(`== ${nome}: ${((performance.now() - antes) / 1_000).toFixed(1)} s`)
  if (status !== 0) {
    console.error(`\nFalhou em "${nome}"${signal ? ` (sinal ${signal})` : ''}.`)
    process.exit(status ?? 1)
  }
}
console.log(`\nTudo verde em ${((performance.now() - inicio) / 1_000).toFixed(0)} s.`)
