// How a client is reached: asked of the gateway once a minute, and never guessed.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { comoClienteId } from '../../contratos/ids.ts'
import { abrirContatos } from './contatos.ts'

const CONTATO = {
  ...{ nome: 'Maria', email: 'maria@example.com' },
  preferencias: { email: true, status: ['enviado'] },
}
const MARIA = comoClienteId(3)
const DESCONHECIDO = { codigo: 'usuario_desconhecido', detail: 'Não há.' }

async function comGateway(
  corpo: (cena: {
    perguntas: string[]
    responder: (status: number, corpo: unknown) => void
    avancar: (ms: number) => void
    de: () => ReturnType<ReturnType<typeof abrirContatos>['de']>
  }) => Promise<void>,
) {
  const perguntas: string[] = []
  let resposta: readonly [number, unknown] = [200, CONTATO]
  let agora = 0
  const servidor = createServer(({ url, headers }, saida) => {
    perguntas.push(`${url} ${headers['x-credencial-de-servico']}`)
    saida.writeHead(resposta[0], { 'content-type': 'application/json' })
    saida.end(JSON.stringify(resposta[1]))
  })
  await new Promise<void>((pronto) => servidor.listen(0, '127.0.0.1', pronto))
  const url = `http://127.0.0.1:${(servidor.address() as AddressInfo).port}`
  try {
    await using contatos = abrirContatos(url, 'c'.repeat(32), () => agora)
    await corpo({
      perguntas,
      responder(...nova) {
        resposta = nova
      },
      avancar(ms) {
        agora += ms
      },
      de: () => contatos.de(MARIA),
    })
  } finally {
    servidor.closeAllConnections()
    await servidor[Symbol.asyncDispose]()
  }
}

test('o contato é perguntado uma vez por minuto, com a credencial', () =>
  comGateway(async ({ perguntas, avancar, de }) => {
    assert.deepEqual(await Promise.all([de(), de()]), [CONTATO, CONTATO])
    avancar(59_999)
    assert.deepEqual(await de(), CONTATO)
    assert.deepEqual(perguntas, [`/interno/contatos/3 ${'c'.repeat(32)}`])
    avancar(1)
    await de()
    assert.equal(perguntas.length, 2)
  }))

test('quem não tem conta, ou um endereço que serve, não tem contato', () =>
  comGateway(async ({ responder, avancar, de }) => {
    responder(404, DESCONHECIDO)
    assert.equal(await de(), undefined)
    for (const email of ['', 'maria', 'a@b\r\nBcc: c@d', 'a@b, c@d', '<a@b>', 'a b@c']) {
      avancar(60_000)
      responder(200, { ...CONTATO, email })
      assert.equal(await de(), undefined, email)
    }
  }))

test('o que não é uma resposta do gateway é falta de resposta, e não é lembrado', () =>
  comGateway(async ({ responder, de }) => {
    for (const [status, corpo] of [
      [500, {}],
      [401, { codigo: 'credencial_de_servico_invalida' }],
      [404, { codigo: 'nao_encontrado' }],
      [200, { ...CONTATO, preferencias: undefined }],
      [200, 'oi'],
    ] as const) {
      responder(status, corpo)
      await assert.rejects(de, { codigo: 'servico_indisponivel' }, String(status))
    }
    responder(200, CONTATO)
    assert.deepEqual(await de(), CONTATO)
  }))

test('sem ninguém no endereço, falta de resposta', async () => {
  await using contatos = abrirContatos('http://127.0.0.1:9', undefined)
  await assert.rejects(contatos.de(MARIA), { codigo: 'servico_indisponivel' })
})
