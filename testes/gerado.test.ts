// The generated code is what the protos say today; the protos keep their style and their promise.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const RAIZ = fileURLToPath(new URL('..', import.meta.url))
const GERADO = join(RAIZ, 'src/arquiteturas/grpc/gerado')
const BINARIOS = join(RAIZ, 'node_modules/.bin')

/** The plugin is found on the PATH, and is run by the Node that runs this. */
const PATH = [BINARIOS, dirname(process.execPath), process.env.PATH].join(':')
const buf = (...argumentos: string[]): string =>
  execFileSync(join(BINARIOS, 'buf'), argumentos, {
    cwd: RAIZ,
    env: { ...process.env, PATH },
    encoding: 'utf8',
  })

const arquivosDe = (diretorio: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(diretorio, { recursive: true, encoding: 'utf8' }).map((nome) => [
      nome,
      readFileSync(join(diretorio, nome), 'latin1'),
    ]),
  )

test('gerar de novo dá o mesmo código que está no repositório', () => {
  const destino = mkdtempSync(join(tmpdir(), 'quatrovias-gerado-'))
  try {
    buf('generate', '--output', destino)
    const novo = join(destino, 'src/arquiteturas/grpc/gerado')
    const descritores = ['--as-file-descriptor-set', '--exclude-source-info']
    buf('build', ...descritores, '-o', join(novo, 'descritores.binpb'))
    const gerados = arquivosDe(novo)
    assert.equal(Object.keys(gerados).length, 9)
    assert.deepEqual(arquivosDe(GERADO), gerados)
  } finally {
    rmSync(destino, { recursive: true, force: true })
  }
})

test('os protos passam na verificação de estilo e de formato', () => {
  buf('lint')
  assert.equal(buf('format', '--diff'), '')
})

test('quem gerou dos protos da referência continua a entender os nossos', () => {
  const referencia = join(RAIZ, 'exemplos/python/referencia')
  const usar = JSON.stringify({
    version: 'v2',
    modules: [{ path: 'proto' }],
    breaking: { use: ['WIRE_JSON'], except: ['FILE_NO_DELETE'] },
  })
  buf('breaking', 'proto', '--against', referencia, '--config', usar)
})
