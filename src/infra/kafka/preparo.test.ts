// The archive of classes, made by a trial run; one that was cut off, which would end Java, is made
// again.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { faltaParaOBroker, prepararJars } from './jars.ts'
import { JAVA_17, MAVEN, maquina } from './maquina_de_teste.ts'
import { prepararBroker } from './preparo.ts'

test('o arquivo de classes é feito uma vez, e de novo se foi cortado', {
  skip: faltaParaOBroker() ?? false,
}, async (t) => {
  const cache = await mkdtemp(join(tmpdir(), 'quatrovias-preparo-'))
  const { XDG_CACHE_HOME } = process.env
  const jars = await prepararJars()
  const copia = join(cache, basename(dirname(jars)), basename(jars))
  await cp(jars, copia, { recursive: true, filter: (nome) => !nome.includes('classes-') })
  process.env.XDG_CACHE_HOME = cache
  t.after(async () => {
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME
    await rm(cache, { recursive: true })
  })
  const ditas: string[] = []
  const preparar = () => prepararBroker((linha) => void ditas.push(linha))
  const { classes = '' } = await preparar()
  const { size } = statSync(classes)
  await preparar()
  assert.equal(ditas.length, 1)
  chmodSync(classes, 0o600)
  truncateSync(classes, size / 2)
  assert.deepEqual((await preparar()).classes, classes)
  assert.ok(statSync(classes).size > size / 2)
  assert.equal(ditas.length, 2)
})

test('o arquivo de classes que não se pode guardar não impede o broker', async (t) => {
  const { instalar } = maquina(t)
  instalar('java', JAVA_17)
  instalar('mvn', MAVEN)
  const { jars } = await prepararBroker()
  const [anotacao] = readdirSync(jars).filter((nome) => nome.endsWith('.jsa.bytes'))
  rmSync(join(jars, anotacao!))
  mkdirSync(join(jars, anotacao!, 'ocupado'), { recursive: true })
  assert.deepEqual(await prepararBroker(), { jars })
  assert.deepEqual(
    readdirSync(jars).filter((nome) => nome.includes('.novo')),
    [],
  )
})
