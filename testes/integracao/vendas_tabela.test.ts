// The SQL of vendas over a real PostgreSQL, beside somebody else who writes the same table.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { abrirRepositorio } from '../../src/assinantes/vendas/repository.ts'
import { ate } from '../ate.ts'
import { abrirPostgresDeTeste, consultarEm } from '../postgres.ts'

const LIMITE_MS = 30_000

test('a linha que outra transação confirma depois do retrato é vista, e comparada', async () => {
  await using postgres = await abrirPostgresDeTeste()
  const url = await postgres.novaBase()
  const repositorio = await abrirRepositorio(url, 2)
  const alheio = new Client({ connectionString: url })
  try {
    await repositorio.preparar()
    await alheio.connect()
    await alheio.query('begin; insert into sales values (2, 7.50, null), (3, null, null)')
    const lote = [1, 2, 3].map((numero) => ({ numero, total: '9' }))
    const gravando = repositorio.gravar(lote)
    const esperando = `select 1 from pg_stat_activity where wait_event_type = 'Lock'`
    await ate(
      async () => (await consultarEm(url, esperando)).length > 0,
      ...([LIMITE_MS, 'à espera da outra transação'] as const),
    )
    await alheio.query('commit')
    const esperado = new Map([
      [2, '7.5'],
      [3, 'nulo'],
    ])
    assert.deepEqual(await gravando, esperado)
    assert.deepEqual(await repositorio.gravar(lote), esperado.set(1, '9'))
  } finally {
    await alheio.end()
    await repositorio.fechar()
  }
})
