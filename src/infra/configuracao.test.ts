// The environment read: what a value that does not serve may and may not show.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErroDeInicio } from '../persistencia/database.ts'
import { lerConfiguracao } from './configuracao.ts'

test('DATABASE_URL que não serve é nomeada sem mostrar a senha', () => {
  for (const DATABASE_URL of ['mysql://a:segredo@b/c', 'segredo', 'postgres:// segredo']) {
    assert.throws(
      () => lerConfiguracao({ DATABASE_URL }),
      (erro) => {
        assert.ok(erro instanceof ErroDeInicio && erro.exitCode === 2)
        assert.match(erro.message, /^DATABASE_URL não serve: /)
        assert.doesNotMatch(erro.message, /segredo/)
        return true
      },
    )
  }
})

test('sem DATABASE_URL os bancos são arquivos; com ela, é lida como veio', () => {
  assert.equal(lerConfiguracao({}).postgres, undefined)
  for (const DATABASE_URL of ['postgres://a:b@c:1/d?sslmode=require', 'postgresql:///d']) {
    assert.equal(lerConfiguracao({ DATABASE_URL }).postgres, DATABASE_URL)
  }
})
