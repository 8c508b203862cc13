// Planted bugs: a contract suite that lets one of these through would let the real one through.
// Each mutant is a copy of the tree with one text replaced, judged in a process of its own.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Feature, MUTANTES, type Mutante } from './mutantes/lista.ts'
import type { Linha } from './mutantes/relator.ts'

const RAIZ = fileURLToPath(new URL('..', import.meta.url))
const LIMITE_MS = 60_000
const AO_MESMO_TEMPO = 2

describe('mutantes', { concurrency: AO_MESMO_TEMPO }, () => {
  let diretorio = ''
  let copias = 0

  /** One snapshot for all, so that whoever edits the tree meanwhile changes nothing. */
  before(async () => {
    diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-mutantes-'))
    await copiar(RAIZ, join(diretorio, 'original'))
  })
  after(() => rm(diretorio, { recursive: true, force: true }))

  async function novaCopia(): Promise<string> {
    const copia = join(diretorio, `copia-${++copias}`)
    await copiar(join(diretorio, 'original'), copia)
    return copia
  }

  it('sem defeito plantado tudo passa', async () => {
    const features = [...new Set(MUTANTES.flatMap((mutante) => mutante.features))]
    const { linhas, saida } = await rodar(join(diretorio, 'original'), features)
    const reprovadas = linhas.filter(({ mensagem }) => mensagem !== undefined)
    assert.deepEqual(reprovadas, [], saida)
    assert.ok(linhas.length >= features.length, `só ${linhas.length} testes rodaram: ${saida}`)
  })

  for (const mutante of MUTANTES) {
    const opcoes = mutante.falta ? { todo: `falta a feature: ${mutante.falta}` } : {}
    it(titulo(mutante), opcoes, async (t) => {
      const copia = await novaCopia()
      await plantar(copia, mutante)
      const { linhas, saida } = await rodar(copia, mutante.features, mutante.so, mutante.teste)
      const [primeira] = linhas.filter(({ mensagem }) => mensagem !== undefined)
      if (mutante.resiste) {
        assert.equal(primeira, undefined, 'a segunda defesa não segurou')
        assert.ok(linhas.length > 0, saida)
        return
      }
      assert.ok(primeira, `nenhum teste de ${mutante.teste ?? mutante.features} percebeu\n${saida}`)
      t.diagnostic(`${primeira.nome}: ${primeira.mensagem?.split('\n')[0]}`)
    })
  }
})

function titulo({ nome, resiste }: Mutante): string {
  return resiste ? `${nome}: não muda nada, porque ${resiste}` : `${nome} é percebido`
}

async function copiar(de: string, para: string): Promise<void> {
  await mkdir(para)
  for (const nome of ['src', 'testes', 'package.json', 'tsconfig.json']) {
    await cp(join(de, nome), join(para, nome), { recursive: true })
  }
  await symlink(join(RAIZ, 'node_modules'), join(para, 'node_modules'))
}

async function plantar(copia: string, { arquivo, de, para }: Mutante): Promise<void> {
  const caminho = join(copia, arquivo)
  const texto = await readFile(caminho, 'utf8')
  const vezes = texto.split(de).length - 1
  assert.equal(vezes, 1, `o texto a trocar aparece ${vezes} vezes em ${arquivo}: ${de}`)
  await writeFile(
    caminho,
    texto.replace(de, () => para),
  )
}

interface Rodada {
  readonly linhas: readonly Linha[]
  /** What else the process said, for when it did not come to its tests. */
  readonly saida: string
}

function rodar(
  copia: string,
  features: readonly Feature[],
  so = '.',
  arquivo = 'testes/mutantes/rodar.ts',
): Promise<Rodada> {
  const relator = `--test-reporter=${join(copia, 'testes/mutantes/relator.ts')}`
  const rodador = join(copia, arquivo)
  const argumentos = [relator, `--test-name-pattern=${so}`, rodador, ...features]
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const opcoes = { cwd: copia, env, timeout: LIMITE_MS, killSignal: 'SIGKILL' } as const
  return new Promise((resolver, rejeitar) => {
    execFile(process.execPath, argumentos, opcoes, (erro, stdout, stderr) => {
      if (erro?.killed) rejeitar(new Error(`não terminou em ${LIMITE_MS} ms`))
      else resolver({ linhas: lerLinhas(stdout), saida: stderr })
    })
  })
}

function lerLinhas(stdout: string): Linha[] {
  const linhas = stdout.split('\n').filter((linha) => linha.startsWith('{"nome":'))
  return linhas.map((linha) => JSON.parse(linha) as Linha)
}
