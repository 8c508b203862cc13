// The command as a person runs it: a process with arguments, streams, signals and an exit code.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'

const COMANDO = [join(import.meta.dirname, 'main.ts'), 'dados']

function iniciar(cwd: string, argumentos: string[]) {
  const filho = spawn(process.execPath, [...COMANDO, ...argumentos], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const fim = Promise.all([text(filho.stdout), text(filho.stderr), codigoDe(filho)])
  return { filho, fim: fim.then(([saida, erros, codigo]) => ({ saida, erros, codigo })) }
}

async function codigoDe(filho: ChildProcess): Promise<number | null> {
  const [codigo] = await once(filho, 'exit')
  return codigo
}

const novaPasta = () => mkdtempDisposableSync(join(tmpdir(), 'quatrovias-comando-'))

describe('npm run dados', { concurrency: true }, () => {
  test('sem opções grava ecommerce.db na pasta atual e termina com 0', async () => {
    using pasta = novaPasta()
    const { saida, erros, codigo } = await iniciar(pasta.path, []).fim
    assert.deepEqual([codigo, erros], [0, ''])
    assert.match(saida, /semente 42\): \S+ecommerce\.db\n/)
    assert.match(saida, /\n {2}pedidos +100\n {4}pendente +\d+\n/)
    assert.deepEqual(readdirSync(pasta.path), ['ecommerce.db'])
  })

  test('arquivo existente: código 1, mensagem clara, arquivo intacto', async () => {
    using pasta = novaPasta()
    writeFileSync(join(pasta.path, 'loja.db'), 'meus dados')
    const { saida, erros, codigo } = await iniciar(pasta.path, ['--saida', 'loja.db']).fim
    assert.deepEqual([codigo, saida], [1, ''])
    assert.match(erros, /loja\.db já existe e não foi alterado.*--substituir/)
    assert.equal(readFileSync(join(pasta.path, 'loja.db'), 'utf8'), 'meus dados')
  })

  test('pedido sem sentido: código 2 e nada gravado', async () => {
    using pasta = novaPasta()
    const casos: [string[], RegExp][] = [
      [['--pedidos', '-3'], /--pedidos deve ser um número inteiro.*"-3"/],
      [['--produtos', '3'], /use --produtos 5 ou mais/],
      [['--pedidos'], /Falta o valor da opção --pedidos/],
      [['--nada'], /Opção desconhecida: --nada/],
      [['sobra'], /Argumento inesperado/],
    ]
    const fins = await Promise.all(casos.map(([args]) => iniciar(pasta.path, args).fim))
    fins.forEach(({ saida, erros, codigo }, i) => {
      assert.deepEqual([codigo, saida], [2, ''])
      assert.match(erros, casos[i]?.[1] ?? /nunca/)
    })
    assert.deepEqual(readdirSync(pasta.path), [])
  })

  test('--help mostra opções e exemplos em português', async () => {
    using pasta = novaPasta()
    const { saida, codigo } = await iniciar(pasta.path, ['--help']).fim
    assert.equal(codigo, 0)
    assert.match(saida, /^Uso: npm run dados -- \[opções\]/)
    assert.match(saida, /Exemplos:\n {2}npm run dados/)
    assert.doesNotMatch(saida, /Usage|Options|default/)
  })

  test('Ctrl-C no meio: código 130 e nada deixado', async () => {
    using pasta = novaPasta()
    const { filho, fim } = iniciar(pasta.path, ['--pedidos', '10000000'])
    // The first plain progress line comes after two seconds; the partial file shows it sooner.
    await ate(() => readdirSync(pasta.path).length > 0, 20_000)
    filho.kill('SIGINT')
    const { erros, codigo } = await fim
    assert.equal(codigo, 130)
    assert.match(erros, /Interrompido: nada foi alterado/)
    assert.deepEqual(readdirSync(pasta.path), [])
  })
})

async function ate(condicao: () => boolean, limiteMs: number): Promise<void> {
  const fim = performance.now() + limiteMs
  while (!condicao()) {
    assert.ok(performance.now() < fim, 'a condição não chegou a tempo')
    await new Promise((resolver) => setImmediate(resolver))
  }
}
