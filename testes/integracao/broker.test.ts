// Our own broker: a message in and out, over restarts and kills, and its end with its owner's.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { brokerEm } from '../../src/infra/kafka/processo.ts'
import { protocolos } from '../../src/infra/kafka/propriedades.ts'
import { vive } from '../../src/infra/supervisao/identidade.ts'
import { lerProcesso } from '../../src/infra/supervisao/processo_do_sistema.ts'
import { ate } from '../ate.ts'
import { abrirBrokerDeTeste, faltaKafka } from '../kafka.ts'
import { consumir, criarTopico, listarTopicos, produzir } from '../kafka_cliente.ts'
import { type Cena, criarCena, type Lancado } from './filhos/cena.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const LIMITE_MS = 20_000
const skip = faltaKafka()

test('uma mensagem entra e sai, e resiste a reinícios e a kill -9', { skip }, async (t) => {
  const desde = performance.now()
  await using broker = await abrirBrokerDeTeste()
  t.diagnostic(`primeiro início: ${Math.round(performance.now() - desde)} ms`)
  const { conexao } = broker
  await criarTopico(conexao, 'vendas')
  await produzir(conexao, 'vendas', 'um')
  assert.deepEqual(await consumir(conexao, 'vendas', 1), ['um'])
  const antes = performance.now()
  await broker.reiniciar()
  t.diagnostic(`parada e início seguinte: ${Math.round(performance.now() - antes)} ms`)
  await produzir(conexao, 'vendas', 'dois')
  await broker.matar()
  const morto = performance.now()
  await broker.reiniciar()
  t.diagnostic(`início depois de kill -9: ${Math.round(performance.now() - morto)} ms`)
  assert.deepEqual(await consumir(conexao, 'vendas', 2), ['um', 'dois'])
})

test('tópico que ninguém criou não nasce de uma mensagem', { skip }, async () => {
  await using broker = await abrirBrokerDeTeste()
  await assert.rejects(produzir(broker.conexao, 'errado', 'x'))
  assert.deepEqual(await listarTopicos(broker.conexao), [])
})

test('o que o broker não aceita é dito com as palavras dele', { skip }, async () => {
  const abrir = async (propriedades: Record<string, string>): Promise<void> => {
    await using _ = await abrirBrokerDeTeste({ propriedades })
  }
  const aoFormatar = /^o Kafka não pôde preparar .*num\.io\.threads/
  await assert.rejects(abrir({ 'num.io.threads': '0' }), { message: aoFormatar })
  const aoIniciar = /^o broker terminou \(código 1\)\n.*key store password is not specified/s
  const semSenha = {
    'ssl.keystore.location': '/nao/existe',
    'listener.security.protocol.map': protocolos('SSL'),
  }
  await assert.rejects(abrir(semSenha), { message: aoIniciar })
})

/** `npm start -- servico kafka`, alone, on a port that the system gives. */
async function comoServico(t: TestContext): Promise<Cena & Lancado> {
  const cena = criarCena(t)
  const ambiente = { QUATROVIAS_DIR: cena.diretorio, KAFKA_PORTA: '0' }
  const lancado = cena.lancar(process.execPath, [MAIN, 'servico', 'kafka'], { ambiente })
  const pronto = () => /kafka pronto em 127\.0\.0\.1:\d+/.test(cena.ler('terminal.txt'))
  await ate(pronto, LIMITE_MS, 'broker pronto')
  return { ...cena, ...lancado }
}

function javaEm(diretorio: string) {
  const java = brokerEm(diretorio)
  assert.ok(java)
  return java
}

test('dono morto com kill -9: o broker termina logo em seguida', { skip }, async (t) => {
  const { diretorio, quem } = await comoServico(t)
  const java = javaEm(diretorio)
  process.kill(quem.pid, 'SIGKILL')
  await ate(() => !vive(java), LIMITE_MS, 'Java terminado')
  assert.equal(brokerEm(diretorio), undefined)
})

/** The process group: a Ctrl-C in the terminal reaches all of the one in front. */
const grupoDe = (pid: number): string =>
  spawnSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()

test('dono que para em ordem leva o broker, que uma Ctrl-C não alcança', { skip }, async (t) => {
  const { diretorio, quem, fim } = await comoServico(t)
  const java = javaEm(diretorio)
  assert.notEqual(grupoDe(java.pid), grupoDe(quem.pid))
  // As the terminal does: to the whole group in front.
  process.kill(-quem.pid, 'SIGINT')
  assert.equal(await fim, 0)
  assert.ok(!vive(java))
})

test('guardião morto com kill -9: o broker vai com ele, e o dono o diz', { skip }, async (t) => {
  const { diretorio, fim, ler } = await comoServico(t)
  const java = javaEm(diretorio)
  process.kill(lerProcesso(java.pid)?.ppid ?? 0, 'SIGKILL')
  assert.equal(await fim, 1)
  assert.ok(!vive(java))
  assert.match(ler('terminal.txt'), /erro: o broker terminou \(sinal SIGKILL\)/)
})

test('broker morto: o dono termina com 1, e no mesmo diretório só há um', { skip }, async (t) => {
  const { diretorio, fim, lancar, ler, quem } = await comoServico(t)
  const ambiente = { QUATROVIAS_DIR: diretorio, KAFKA_PORTA: '0' }
  const segundo = lancar(process.execPath, [MAIN, 'servico', 'kafka'], { ambiente })
  assert.equal(await segundo.fim, 1)
  assert.match(ler('terminal.txt'), new RegExp(`já há um broker .*, do processo ${quem.pid}`))
  process.kill(javaEm(diretorio).pid, 'SIGKILL')
  assert.equal(await fim, 1)
  assert.match(ler('terminal.txt'), /erro: o broker terminou \(sinal SIGKILL\)/)
})
