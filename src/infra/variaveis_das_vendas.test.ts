// Which PostgreSQL takes the sales: what the variables say, read as the client reads it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { ErroDeInicio } from '../persistencia/database.ts'
import { lerConfiguracao } from './configuracao.ts'

const url = (ambiente: Record<string, string>) => lerConfiguracao(ambiente).postgresDasVendas

/** What pg makes of the URL. */
function lida(ambiente: Record<string, string>) {
  const { host, port, user, password, database } = new Client({ connectionString: url(ambiente)! })
  return { host, port, user, password, database }
}

test('nada dito, o PostgreSQL das vendas é o nosso; VENDAS_DATABASE_URL vence as PG*', () => {
  assert.equal(url({}), undefined)
  assert.equal(url({ PGHOST: '', DATABASE_URL: 'postgres://a:b@c/d' }), undefined)
  const VENDAS_DATABASE_URL = 'postgresql://a:b@c:1/d?sslmode=require'
  assert.equal(url({ VENDAS_DATABASE_URL, PGHOST: 'outra' }), VENDAS_DATABASE_URL)
})

test('qualquer uma das PG* basta, e o resto é como na referência', () => {
  const padrao = { host: 'localhost', port: 5432, user: 'postgres', password: 'postgres' }
  const usual = { ...padrao, database: 'salesdb' }
  assert.deepEqual(lida({ PGHOST: 'banco.exemplo' }), { ...usual, host: 'banco.exemplo' })
  assert.deepEqual(lida({ PGPORT: '6543' }), { ...usual, port: 6543 })
  assert.deepEqual(lida({ PGUSER: 'ana' }), { ...usual, user: 'ana' })
  assert.deepEqual(lida({ PGPASSWORD: 'outra' }), { ...usual, password: 'outra' })
  assert.deepEqual(lida({ PGDATABASE: 'loja' }), { ...usual, database: 'loja' })
})

test('o que tem letras de URL chega ao cliente como foi dito', () => {
  for (const texto of ['a@b:c/d?e#f%20&g=h+i', 'João é "1"', "it's[]"]) {
    const { user, password } = lida({ PGUSER: texto, PGPASSWORD: texto })
    assert.deepEqual([user, password], [texto, texto])
  }
  for (const PGDATABASE of ['a@b:c/d', 'vendas é 100%', 'a&b=c', 'a%20b']) {
    assert.equal(lida({ PGDATABASE }).database, PGDATABASE)
  }
  for (const PGHOST of ['::1', '/var/run/postgresql', '10.0.0.1']) {
    assert.equal(lida({ PGHOST }).host, PGHOST)
  }
  assert.equal(new URL(url({ PGHOST: '::1' })!).host, '[::1]:5432')
})

test('o que não serve é nomeado, e as senhas não aparecem', () => {
  const recusas: Record<string, readonly string[]> = {
    VENDAS_DATABASE_URL: ['mysql://a:segredo@b/c'],
    PGPORT: ['70000', '0', '5433 ', ' ', '0x1539', '5e3'],
    ...{ PGDATABASE: ['a?b'], POSTGRES_PORTA: ['x'] },
  }
  const casos = Object.entries(recusas).flatMap(([nome, valores]) =>
    valores.map((valor) => [nome, valor] as const),
  )
  for (const [nome, valor] of casos) {
    assert.throws(
      () => url({ [nome]: valor }),
      (erro) => {
        assert.ok(erro instanceof ErroDeInicio && erro.exitCode === 2)
        assert.match(erro.message, new RegExp(`^${nome}(=.+)? não serve: `))
        assert.doesNotMatch(erro.message, /segredo/)
        return true
      },
    )
  }
})
