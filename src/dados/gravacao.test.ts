// All or nothing on disk, seen from the directory: what stands there after each way to end.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { gerarDados } from './gerador.ts'
import { DestinoRecusado, gravarBanco } from './gravacao.ts'

const novaPasta = () => mkdtempDisposableSync(join(tmpdir(), 'quatrovias-gravacao-'))

function contarPedidos(arquivo: string): unknown {
  using banco = new DatabaseSync(arquivo, { readOnly: true })
  return banco.prepare('select count(*) as n from pedidos').get()?.n
}

test('arquivo que já existe fica intacto sem --substituir', async () => {
  using pasta = novaPasta()
  const saida = join(pasta.path, 'loja.db')
  writeFileSync(saida, 'meus dados')
  await assert.rejects(gerarDados({ saida }), (erro) => {
    return erro instanceof DestinoRecusado && erro.message.includes('--substituir')
  })
  assert.equal(readFileSync(saida, 'utf8'), 'meus dados')
  assert.deepEqual(readdirSync(pasta.path), ['loja.db'])
})

test('com --substituir o novo toma o lugar, sem diário nem wal do antigo ao lado', async () => {
  using pasta = novaPasta()
  const saida = join(pasta.path, 'loja.db')
  for (const sufixo of ['', '-journal', '-wal', '-shm']) writeFileSync(saida + sufixo, 'antigo')
  await gerarDados({ saida, substituir: true })
  assert.deepEqual(readdirSync(pasta.path), ['loja.db'])
  assert.equal(contarPedidos(saida), 100)
})

test('por um atalho, o arquivo apontado é trocado e o atalho fica', async () => {
  using pasta = novaPasta()
  mkdirSync(join(pasta.path, 'longe'))
  const longe = join(pasta.path, 'longe', 'loja.db')
  writeFileSync(longe, 'antigo')
  symlinkSync(longe, join(pasta.path, 'atalho.db'))
  await gerarDados({ saida: join(pasta.path, 'atalho.db'), substituir: true })
  assert.equal(contarPedidos(longe), 100)
  assert.deepEqual(readdirSync(join(pasta.path, 'longe')), ['loja.db'])
})

test('geração interrompida não deixa nada e o antigo continua', async () => {
  using pasta = novaPasta()
  const saida = join(pasta.path, 'loja.db')
  writeFileSync(saida, 'antigo')
  const parada = new AbortController()
  const noMeio = (feitos: number) => {
    if (feitos > 1_500) parada.abort(new Error('chega'))
  }
  const geracao = gerarDados({ saida, pedidos: 5_000, substituir: true }, noMeio, parada.signal)
  await assert.rejects(geracao, /chega/)
  assert.equal(readFileSync(saida, 'utf8'), 'antigo')
  assert.deepEqual(readdirSync(pasta.path), ['loja.db'])
})

test('disco cheio no meio da gravação não deixa nada', async () => {
  using pasta = novaPasta()
  const saida = join(pasta.path, 'loja.db')
  const encher = async (banco: DatabaseSync) => {
    // SQLite answers a page limit with the same SQLITE_FULL as a full disk.
    banco.exec('pragma max_page_count = 40')
    const inserir = banco.prepare('insert into clientes (nome, email) values (?, ?)')
    for (let i = 0; i < 10_000; i++) inserir.run('Ana', `cliente_${i}@example.com`)
  }
  await assert.rejects(gravarBanco(saida, false, encher), { errcode: 13 })
  assert.deepEqual(readdirSync(pasta.path), [])
})

test('arquivo que surge durante a geração não é sobrescrito', async () => {
  using pasta = novaPasta()
  const saida = join(pasta.path, 'loja.db')
  const surgir = async () => writeFileSync(saida, 'de outro')
  await assert.rejects(gravarBanco(saida, false, surgir), DestinoRecusado)
  assert.equal(readFileSync(saida, 'utf8'), 'de outro')
  assert.deepEqual(readdirSync(pasta.path), ['loja.db'])
})

test('sobra de um processo morto é removida; a de um vivo, não', async () => {
  using pasta = novaPasta()
  const { pid: morto } = spawnSync(process.execPath, ['--version'])
  const vivo = `loja.db.parcial-${process.pid}-abc`
  writeFileSync(join(pasta.path, `loja.db.parcial-${morto}-abc`), '')
  writeFileSync(join(pasta.path, vivo), '')
  await gerarDados({ saida: join(pasta.path, 'loja.db') })
  assert.deepEqual(readdirSync(pasta.path), ['loja.db', vivo])
  rmSync(join(pasta.path, vivo))
})

test('pasta como destino ou pasta que não existe é recusada', async () => {
  using pasta = novaPasta()
  await assert.rejects(gerarDados({ saida: pasta.path, substituir: true }), DestinoRecusado)
  await assert.rejects(gerarDados({ saida: join(pasta.path, 'nada', 'x.db') }), DestinoRecusado)
  assert.deepEqual(readdirSync(pasta.path), [])
})
