// Ending what runs, from another process, and cleaning up what it would have left.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { comandoParar } from './parar.ts'
import { abrirTerminal } from './terminal_de_teste.ts'

const TRAVA = new URL('../infra/supervisao/trava.ts', import.meta.url).href
const SUPERVISOR = `
  const { travar } = await import(${JSON.stringify(TRAVA)})
  await travar(process.env.QUATROVIAS_DIR)
  console.log('pronto')
  setInterval(() => undefined, 1_000)`

test('em execução: encerra e diz parado; estado.json some', async (t) => {
  using terminal = abrirTerminal(t)
  terminal.gravar('estado.json', { pronto: true, gateway: '', servicos: {} })
  const argumentos = ['--input-type=module', '-e', SUPERVISOR]
  const filho = spawn(process.execPath, argumentos, { stdio: ['ignore', 'pipe', 'inherit'] })
  const fim = once(filho, 'exit')
  await once(filho.stdout, 'data')
  assert.deepEqual(await terminal.executar(comandoParar), { codigo: 0, saida: 'parado', erros: '' })
  assert.deepEqual(await fim, [null, 'SIGTERM'])
  assert.ok(!readdirSync(terminal.diretorio).includes('estado.json'))
})

test('nada em execução: diz isso, remove o estado velho e termina com 0', async (t) => {
  using terminal = abrirTerminal(t)
  terminal.gravar('estado.json', { pronto: true, gateway: '', servicos: {} })
  const { codigo, saida } = await terminal.executar(comandoParar)
  assert.deepEqual([codigo, saida], [0, 'não havia nada em execução'])
  assert.deepEqual(readdirSync(terminal.diretorio), [])
})
