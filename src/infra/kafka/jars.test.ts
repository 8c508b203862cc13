// The cache of jars, with a Java and a Maven that are shell scripts: what they were asked and what
// is left in the cache can be seen, and no network is needed.
import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { faltaParaOBroker, prepararJars } from './jars.ts'

const JAVA_17 = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`
/** Two jars; the call is noted, so that it can be counted. */
const MAVEN = `echo "$@" >> "$CHAMADAS"
for a in "$@"; do case $a in -DoutputDirectory=*) pasta=\${a#*=};; esac; done
printf um > "$pasta/um.jar"; printf dois > "$pasta/dois.jar"`
const SEM_REDE = `echo '[ERROR] Could not transfer artifact'; echo '[ERROR] more'; exit 1`

interface Maquina {
  readonly cache: string
  chamadas(): number
  /** Of all calls of Maven. */
  argumentos(): string
  instalar(programa: string, script: string): void
}

/** A machine with nothing but `sh`, and what the test installs. */
function maquina(t: TestContext): Maquina {
  const raiz = mkdtempSync(join(tmpdir(), 'quatrovias-jars-'))
  const [programas, cache] = [join(raiz, 'bin'), join(raiz, 'cache')]
  mkdirSync(programas)
  const antes = { ...process.env }
  const CHAMADAS = join(raiz, 'chamadas')
  Object.assign(process.env, { PATH: programas, XDG_CACHE_HOME: cache, CHAMADAS })
  t.after(() => {
    delete process.env.CHAMADAS
    delete process.env.XDG_CACHE_HOME
    Object.assign(process.env, antes)
    rmSync(raiz, { recursive: true })
  })
  const argumentos = () => readFileSync(CHAMADAS, 'utf8')
  return {
    cache: join(cache, 'quatrovias'),
    chamadas: () => argumentos().trim().split('\n').length,
    argumentos,
    instalar: (programa, script) =>
      writeFileSync(join(programas, programa), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
  }
}

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
