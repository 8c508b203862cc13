// What is told of the sales' PostgreSQL: where it is, and never how to come in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lerConfiguracao } from '../infra/configuracao.ts'
import { enderecoDoPostgres, postgresNoAr } from './postgres_do_inicio.ts'

const SENHA = 's3nha-do-banco'
const em = (url: string, outras: Record<string, string> = {}) =>
  lerConfiguracao({ VENDAS_DATABASE_URL: url, ...outras })

for (const url of [
  `postgres://ana:${SENHA}@db.example:6543/loja`,
  `postgres://ana@db.example:6543/loja?password=${SENHA}`,
  `postgres://ana@db.example:6543/loja?sslpassword=${SENHA}#${SENHA}`,
]) {
  test(`a senha não sai de ${url.replaceAll(SENHA, '…')}`, () => {
    assert.equal(enderecoDoPostgres(em(url), undefined), 'postgres://ana@db.example:6543/loja')
  })
}

test('sem vendas, ou sem Kafka, não há endereço a dizer', () => {
  const url = `postgres://ana:${SENHA}@db.example/loja`
  for (const outras of [{ QUATROVIAS_ASSINANTES: 'nenhum' }, { QUATROVIAS_ARQUITETURAS: 'rest' }]) {
    assert.equal(enderecoDoPostgres(em(url, outras), undefined), undefined)
  }
})

test('onde nenhum nosso está no ar, nenhum é achado', () => {
  assert.equal(postgresNoAr('/nada/aqui'), undefined)
})
