// The cache of jars, with a Java and a Maven that are shell scripts: what they were asked and what
// is left in the cache can be seen, and no network is needed.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { faltaParaOBroker, prepararJars } from './jars.ts'
import { JAVA_17, MAVEN, maquina, SEM_REDE } from './maquina_de_teste.ts'

const recusa = (falta: RegExp) => (erro: unknown) =>
  erro instanceof ErroDeInicio && erro.exitCode === 2 && falta.test(erro.message)

test('os jars vêm uma vez só, com uma linha que o diz, e servem a todos os inícios', async (t) => {
  const { cache, argumentos, chamadas, instalar } = maquina(t)
  instalar('java', JAVA_17)
  instalar('mvn', MAVEN)
  const ditas: string[] = []
  const dizer = (linha: string) => void ditas.push(linha)
  const pasta = await prepararJars(dizer)
  assert.equal(await prepararJars(dizer), pasta)
  assert.deepEqual([ditas.length, chamadas()], [1, 1])
  assert.match(ditas[0] ?? '', /Maven/)
  assert.match(argumentos(), /(^| )-C /, 'cada jar conferido com a sua soma')
  assert.deepEqual(readdirSync(pasta).toSorted(), ['dois.jar', 'manifesto.json', 'um.jar'])
  assert.equal(readdirSync(cache).length, 1)
})

test('um cache estragado é feito de novo', async (t) => {
  const { cache, chamadas, instalar } = maquina(t)
  instalar('java', JAVA_17)
  instalar('mvn', MAVEN)
  const pasta = await prepararJars()
  const estragos = [
    () => truncateSync(join(pasta, 'um.jar'), 1),
    () => rmSync(join(pasta, 'dois.jar')),
    () => truncateSync(join(pasta, 'manifesto.json'), 3),
  ]
  for (const [i, estragar] of estragos.entries()) {
    estragar()
    assert.equal(await prepararJars(), pasta)
    assert.equal(chamadas(), i + 2)
    assert.equal(readFileSync(join(pasta, 'um.jar'), 'utf8'), 'um')
  }
  assert.equal(readdirSync(cache).length, 1)
})

test('dois ao mesmo tempo acabam com um cache inteiro, e mais nada', async (t) => {
  const { cache, instalar } = maquina(t)
  instalar('java', JAVA_17)
  instalar('mvn', MAVEN)
  const [uma, outra] = await Promise.all([prepararJars(), prepararJars()])
  assert.equal(uma, outra)
  assert.equal(readFileSync(join(uma, 'dois.jar'), 'utf8'), 'dois')
  assert.equal(readdirSync(cache).length, 1)
})

test('sem Java, com um antigo ou sem Maven, diz o que falta e o que fazer', async (t) => {
  const { instalar } = maquina(t)
  const fazer = 'para a arquitetura kafka é preciso Java 17 ou mais novo e Maven, ou um Kafka seu'
  await assert.rejects(prepararJars(), recusa(new RegExp(`^não há Java nesta máquina: ${fazer}`)))
  instalar('java', `echo 'java version "1.8.0_402"' >&2`)
  await assert.rejects(prepararJars(), recusa(new RegExp(`^o Java desta máquina é o 8: ${fazer}`)))
  instalar('java', JAVA_17)
  await assert.rejects(prepararJars(), recusa(new RegExp(`^não há Maven nesta máquina: ${fazer}`)))
  instalar('mvn', MAVEN)
  assert.equal(faltaParaOBroker(), undefined)
})

test('quem já tem os jars não precisa mais do Maven', async (t) => {
  const { instalar } = maquina(t)
  instalar('java', JAVA_17)
  instalar('mvn', MAVEN)
  const pasta = await prepararJars()
  instalar('mvn', SEM_REDE)
  assert.equal(await prepararJars(), pasta)
})

test('sem rede, na primeira vez, diz o que o Maven disse e não deixa nada', async (t) => {
  const { cache, instalar } = maquina(t)
  instalar('java', JAVA_17)
  instalar('mvn', SEM_REDE)
  await assert.rejects(prepararJars(), recusa(/preciso rede: .*\(Could not transfer artifact\)$/))
  assert.deepEqual(readdirSync(cache), [])
})

test('o cache que não se pode escrever é dito, com o que fazer', async (t) => {
  const { cache, instalar } = maquina(t)
  instalar('java', JAVA_17)
  instalar('mvn', MAVEN)
  mkdirSync(dirname(cache), { recursive: true })
  writeFileSync(cache, 'um arquivo no lugar da pasta')
  await assert.rejects(prepararJars(), recusa(/^o Kafka não pôde ser guardado em .*XDG_CACHE_HOME/))
})
