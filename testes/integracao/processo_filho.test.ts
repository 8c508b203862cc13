// The same child process alone, as in a terminal of its own: no channel, its own Ctrl-C.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ate } from '../ate.ts'
import { type Cena, criarCena, fixture, type Lancado } from './filhos/cena.ts'

const LIMITE_MS = 10_000

async function sozinho(t: TestContext, ambiente = {}): Promise<Cena & Lancado> {
  const cena = criarCena(t)
  const { ambiente: base } = cena.filho('a', 'obediente.ts')
  const argumentos = [fixture('obediente.ts')]
  const opcoes = { ambiente: { ...base, ...ambiente } }
  const lancado = cena.lancar(process.execPath, argumentos, opcoes)
  await ate(() => cena.ler('terminal.txt').includes('escreveu'), LIMITE_MS, 'filho pronto')
  return { ...cena, ...lancado }
}

for (const sinal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`sozinho, ${sinal} drena e termina com 0`, async (t) => {
    const { quem, fim, ler } = await sozinho(t)
    process.kill(quem.pid, sinal)
    assert.equal(await fim, 0)
    assert.equal(ler('diario.txt'), 'a parando\na parou\n')
  })
}

for (const [sinal, codigo] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
  test(`sozinho, o segundo ${sinal} termina já, com ${codigo}`, async (t) => {
    const { processo, fim, ler } = await sozinho(t, { DRENO_MS: '3500' })
    const insistir = (): boolean => processo.exitCode !== null || !processo.kill(sinal)
    await ate(insistir, LIMITE_MS, 'fim')
    assert.equal(await fim, codigo)
    assert.equal(ler('diario.txt'), 'a parando\n')
  })
}

test('sozinho, um dreno que não acaba é cortado', async (t) => {
  const { quem, fim, ler } = await sozinho(t, { DRENO_MS: '60000' })
  process.kill(quem.pid, 'SIGTERM')
  assert.equal(await fim, 0)
  assert.match(ler('terminal.txt'), /erro: a parada passou de 4000 ms e foi interrompida/)
})

test('erro ao iniciar é dito em uma linha e dá o código de saída', async (t) => {
  const cena = criarCena(t)
  const opcoes = { ambiente: { CODIGO: '2' } }
  const { fim } = cena.lancar(process.execPath, [fixture('mal_configurado.ts')], opcoes)
  assert.equal(await fim, 2)
  assert.equal(cena.ler('terminal.txt'), 'lendo a configuração\nerro: PORTA inválida: · "abc"\n')
})
