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

test('sem um serviço, só fica aberto o que não precisa chamá-lo', () => {
  const ler = (ambiente: Record<string, string>) => {
    const { ausentes, arquiteturas } = lerConfiguracao({ QUATROVIAS_SEM: 'estoque', ...ambiente })
    return [ausentes.join(), arquiteturas.join()]
  }
  assert.deepEqual(ler({}), ['estoque', 'kafka'])
  assert.deepEqual(ler({ ESTOQUE_GRPC: 'la:1' }), ['estoque', 'grpc,kafka'])
  const urls = { ESTOQUE_URL: 'http://la:1' }
  assert.deepEqual(ler(urls), ['estoque', 'rest,kafka'])
  const dois = { ...urls, QUATROVIAS_SEM: 'fiscal,estoque,fiscal' }
  assert.deepEqual(ler(dois), ['fiscal,estoque', 'kafka'])
  assert.deepEqual(lerConfiguracao({}).ausentes, [])
})

test('sem a arquitetura kafka, ou sem o que ninguém mais faz, o início é recusado', () => {
  const recusado = (ambiente: Record<string, string>, dito: RegExp) =>
    assert.throws(
      () => lerConfiguracao(ambiente),
      (erro) => erro instanceof ErroDeInicio && erro.exitCode === 2 && dito.test(erro.message),
    )
  const semKafka = { QUATROVIAS_SEM: 'estoque', QUATROVIAS_ARQUITETURAS: 'rest,grpc' }
  recusado(semKafka, /^QUATROVIAS_SEM=estoque pede a arquitetura kafka/)
  for (const QUATROVIAS_SEM of ['pedidos', 'catalogo', 'estoque,', 'outro']) {
    recusado({ QUATROVIAS_SEM }, /^QUATROVIAS_SEM=\S+ não serve: use um ou mais de: antifraude, /)
  }
})

test('sem DATABASE_URL os bancos são arquivos; com ela, é lida como veio', () => {
  assert.equal(lerConfiguracao({}).postgres, undefined)
  for (const DATABASE_URL of ['postgres://a:b@c:1/d?sslmode=require', 'postgresql:///d']) {
    assert.equal(lerConfiguracao({ DATABASE_URL }).postgres, DATABASE_URL)
  }
})
