// By which channels notices go, as the environment says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lerConfiguracao } from './configuracao.ts'

const ler = (ambiente: Record<string, string>) => lerConfiguracao(ambiente).notificacoes

test('registro e arquivo por padrão; smtp vem com o seu servidor', () => {
  assert.deepEqual(ler({}).canais, ['registro', 'arquivo'])
  const smtp = 'smtps://loja:segredo@correio.example:465'
  assert.deepEqual(ler({ SMTP_URL: smtp }), {
    canais: ['registro', 'arquivo', 'smtp'],
    ...{ smtp, remetente: 'quatrovias <nao-responda@quatrovias.example>' },
  })
  const so = { NOTIFICACOES_CANAIS: 'registro', SMTP_URL: smtp, SMTP_DE: 'loja@loja.example' }
  assert.deepEqual(ler(so).canais, ['registro', 'smtp'])
  assert.equal(ler(so).remetente, 'loja@loja.example')
})

test('o que não serve é recusado pelo nome, e o segredo não é mostrado', () => {
  for (const [nome, valor] of [
    ['NOTIFICACOES_CANAIS', 'fax'],
    ['NOTIFICACOES_CANAIS', 'smtp'],
    ['SMTP_URL', 'http://loja:segredo@correio'],
    ['SMTP_DE', 'loja'],
    ['SMTP_DE', 'loja <loja@x>\r\nBcc: outro@x'],
    ['GATEWAY_INTERNO_PORTA', 'x'],
    ['GATEWAY_INTERNO_URL', 'https://gateway'],
  ] as const) {
    assert.throws(
      () => lerConfiguracao({ [nome]: valor }),
      ({ message, exitCode }: Error & { exitCode?: number }) =>
        exitCode === 2 && message.startsWith(nome) && !message.includes('segredo'),
      `${nome}=${valor}`,
    )
  }
})
