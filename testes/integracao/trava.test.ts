// One supervisor per directory, what a killed one leaves behind, and who must not be touched.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { conter } from '../../src/infra/supervisao/arquivo_de_log.ts'
import { identificar, vive } from '../../src/infra/supervisao/identidade.ts'
import { lerPorProc, lerPorPs } from '../../src/infra/supervisao/processo_do_sistema.ts'
import { lerTrava, pararDeFora, travar } from '../../src/infra/supervisao/trava.ts'
import { ate } from '../ate.ts'
import { type Cena, criarCena, direto, fixture, type Lancado } from './filhos/cena.ts'

const LIMITE_MS = 10_000
const MORTO = { pid: 2 ** 22, inicio: 'nunca existiu' }

function deixarTrava(diretorio: string, filhos: readonly object[]): void {
  writeFileSync(join(diretorio, 'supervisor.json'), JSON.stringify({ ...MORTO, filhos }))
}

/** A stranger or a leftover that ignores everything but KILL. */
async function surdo(cena: Cena): Promise<Lancado> {
  const lancado = cena.lancar(process.execPath, [fixture('surdo.ts')], { ipc: true })
  await new Promise((resolver) => lancado.processo.once('message', resolver))
  return lancado
}

test('segundo início no mesmo diretório é recusado e não perturba o primeiro', async (t) => {
  const cena = criarCena(t)
  const { quem } = await cena.supervisor([cena.filho('a', 'obediente.ts')])
  const antes = cena.ler('supervisor.json')
  const [programa = '', ...argumentos] = direto(cena.diretorio)
  assert.equal(await cena.lancar(programa, argumentos).fim, 1)
  const aviso = `quatrovias já está em execução neste diretório (processo ${quem.pid})`
  assert.equal(cena.ler('terminal.txt'), `${aviso}; use "npm run parar"\n`)
  assert.equal(cena.ler('supervisor.json'), antes)
  assert.equal(lerTrava(cena.diretorio)?.emExecucao, true)
})

test('de muitos inícios simultâneos vence um só, também sobre uma trava morta', async (t) => {
  const cena = criarCena(t)
  const rival = [fixture('concorrente.ts')]
  const rivais = [1, 2, 3, 4].map(() => cena.lancar(process.execPath, rival, { ipc: true }))
  const falas = rivais.map(() => [] as string[])
  for (const [i, { processo }] of rivais.entries())
    processo.on('message', (fala) => falas[i]?.push(String(fala)))
  for (let rodada = 1; rodada <= 60; rodada += 1) {
    const todosDisseram = (): boolean => falas.every((fala) => fala.length === rodada)
    await ate(todosDisseram, LIMITE_MS, `rodada ${rodada}`)
    const diretorio = mkdtempSync(join(cena.diretorio, 'rodada-'))
    if (rodada % 3 === 0) deixarTrava(diretorio, [])
    if (rodada % 3 === 1) writeFileSync(join(diretorio, 'supervisor.json'), '{"pela met')
    for (const { processo } of rivais) processo.send({ diretorio, emMs: Date.now() + 15 })
    await ate(() => falas.every((fala) => fala.length > rodada), LIMITE_MS, `fim da ${rodada}`)
    const respostas = falas.map((fala) => fala.at(-1) ?? '')
    assert.equal(respostas.filter((um) => um === 'ganhou').length, 1, respostas.join('\n'))
    assert.equal(respostas.filter((um) => /já está em execução/.test(um)).length, 3)
    assert.deepEqual(readdirSync(diretorio), ['supervisor.json'], 'nada sobra ao lado')
  }
})

test('sobras de uma execução morta são encerradas antes do novo início', async (t) => {
  const cena = criarCena(t)
  const { quem } = await cena.supervisor([
    cena.filho('s', 'surdo.ts'),
    cena.filho('a', 'obediente.ts'),
  ])
  const todos = cena.anotados()
  process.kill(quem.pid, 'SIGKILL')
  await ate(() => !vive(quem), LIMITE_MS, 'supervisor morto')
  assert.equal(lerTrava(cena.diretorio)?.emExecucao, false)
  await using _ = await travar(cena.diretorio)
  assert.deepEqual(todos.filter(vive), [])
  assert.deepEqual(lerTrava(cena.diretorio)?.filhos, [])
})

test('pid reciclado, o mesmo número com outro início, não é morto', async (t) => {
  const cena = criarCena(t)
  const { quem } = await surdo(cena)
  const reciclado = { ...quem, nome: 'a', inicio: `${quem.inicio}0` }
  deixarTrava(cena.diretorio, [reciclado])
  assert.equal(await pararDeFora(cena.diretorio, 1_000), 'nao_havia')
  await using _ = await travar(cena.diretorio)
  assert.ok(vive(quem))
})

test('uma trava que nomeia um pid reciclado como dono não impede o início', async (t) => {
  const cena = criarCena(t)
  const { quem } = await surdo(cena)
  const conteudo = JSON.stringify({ pid: quem.pid, inicio: 'outro', filhos: [] })
  writeFileSync(cena.caminho('supervisor.json'), conteudo)
  await using _ = await travar(cena.diretorio)
  assert.equal(lerTrava(cena.diretorio)?.supervisor.pid, process.pid)
  assert.ok(vive(quem))
})

test('parar de fora encerra supervisor e filhos em ordem; depois não há o que parar', async (t) => {
  const cena = criarCena(t)
  await cena.supervisor(['a', 'b'].map((nome) => cena.filho(nome, 'obediente.ts')))
  const todos = cena.anotados()
  assert.equal(await pararDeFora(cena.diretorio, LIMITE_MS), 'parado')
  assert.deepEqual(todos.filter(vive), [])
  assert.equal(cena.ler('diario.txt'), 'b parando\nb parou\na parando\na parou\n')
  assert.equal(await pararDeFora(cena.diretorio, LIMITE_MS), 'nao_havia')
})

test('parar de fora mata o que passa do limite', async (t) => {
  const cena = criarCena(t)
  await cena.supervisor([cena.filho('s1', 'surdo.ts'), cena.filho('s2', 'surdo.ts')])
  const todos = cena.anotados()
  assert.equal(await pararDeFora(cena.diretorio, 300), 'parado')
  assert.deepEqual(todos.filter(vive), [])
})

test('/proc e ps descrevem o mesmo processo', { skip: process.platform !== 'linux' }, () => {
  const [proc, ps] = [lerPorProc(process.pid), lerPorPs(process.pid)]
  assert.deepEqual([proc?.ppid, proc?.comando], [ps?.ppid, ps?.comando])
  assert.equal(ps?.inicio, lerPorPs(process.pid)?.inicio)
  assert.equal(lerPorPs(MORTO.pid), undefined)
  assert.equal(identificar(MORTO.pid), undefined)
})

test('sem descritores para olhar, ninguém é dado por morto, nem encerrado', () => {
  const filho = fixture('sem_descritores.ts')
  const comando = `ulimit -n 64; exec "$0" "$1"`
  const { stdout } = spawnSync('sh', ['-c', comando, process.execPath, filho], { encoding: 'utf8' })
  assert.deepEqual(JSON.parse(stdout), { eu: true, nenhum: false, recusa: 'EMFILE' })
})

test('log acima do limite recomeça e guarda uma cópia', async (t) => {
  const log = criarCena(t).caminho('x.log')
  writeFileSync(log, 'a'.repeat(100))
  await conter(log, 100)
  assert.equal(statSync(log).size, 100)
  await conter(log, 99)
  assert.deepEqual([statSync(log).size, statSync(`${log}.1`).size], [0, 100])
})
