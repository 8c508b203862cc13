// What a killed process left behind, with a stand-in for Java: it ends only when nobody answers for
// it any more.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { encerrar, identificar, vive } from '../supervisao/identidade.ts'
import { anotarBroker, brokerEm, encerrarSobra } from './processo.ts'

function sobraEm(t: TestContext) {
  const diretorio = mkdtempSync(join(tmpdir(), 'quatrovias-sobra-'))
  mkdirSync(join(diretorio, 'kafka'))
  const filho = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const java = identificar(filho.pid ?? 0)
  assert.ok(java)
  t.after(async () => {
    await encerrar([java], 0)
    rmSync(diretorio, { recursive: true })
  })
  anotarBroker(diretorio, java)
  return { diretorio, java, arquivo: join(diretorio, 'kafka', 'processo.json') }
}

test('sobra sem dono é encerrada', async (t) => {
  const { diretorio, java, arquivo } = sobraEm(t)
  assert.deepEqual(brokerEm(diretorio), java)
  const dono = { pid: process.pid, inicio: 'outro processo, de mesmo número' }
  writeFileSync(arquivo, JSON.stringify({ ...JSON.parse(readFileSync(arquivo, 'utf8')), dono }))
  assert.equal(await encerrarSobra(diretorio), undefined)
  assert.ok(!vive(java))
  assert.equal(brokerEm(diretorio), undefined)
})

test('broker de um dono vivo fica, e o dono é dito', async (t) => {
  const { diretorio, java } = sobraEm(t)
  assert.equal(await encerrarSobra(diretorio), process.pid)
  assert.ok(vive(java))
})

test('anotação ausente ou ilegível não é sobra de ninguém', async (t) => {
  const { diretorio, java, arquivo } = sobraEm(t)
  writeFileSync(arquivo, '{')
  assert.equal(await encerrarSobra(diretorio), undefined)
  rmSync(arquivo)
  assert.equal(await encerrarSobra(diretorio), undefined)
  assert.ok(vive(java))
})
