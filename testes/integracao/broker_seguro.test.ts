// The doors of a managed cluster, on a broker of our own: TLS by an authority that we made, and
// each kind of password.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { MECANISMOS_SASL } from '../../src/arquiteturas/kafka/conexao.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { consumir, criarTopico, produzir } from '../kafka_cliente.ts'
import { comSeguranca, comSenha } from '../kafka_seguro.ts'

describe('broker com TLS e senha', { skip: faltaKafka() }, () => {
  let broker: BrokerDeTeste
  before(async () => {
    broker = await abrirBrokerDeTeste(await comSeguranca())
  })
  after(() => broker[Symbol.asyncDispose]())

  for (const mecanismo of MECANISMOS_SASL) {
    it(`${mecanismo}: com a senha certa entra, com a errada é recusado`, async () => {
      const certa = comSenha(broker.conexao, mecanismo)
      const topico = `por-${mecanismo}`
      await criarTopico(certa, topico)
      await produzir(certa, topico, 'oi')
      assert.deepEqual(await consumir(certa, topico, 1), ['oi'])
      const errada = comSenha(broker.conexao, mecanismo, 'errada')
      await assert.rejects(produzir(errada, topico, 'oi'), porque(/SASL|authentication/i))
    })
  }

  it('sem a nossa autoridade o certificado não serve, e sem TLS ninguém entra', async () => {
    const { ca: _, ...semCa } = comSenha(broker.conexao, 'PLAIN')
    await assert.rejects(criarTopico(semCa, 'x'), porque(/certificate/i))
    const semTls = { ...comSenha(broker.conexao, 'PLAIN'), tls: false }
    await assert.rejects(criarTopico(semTls, 'x'))
  })
})

/** Anywhere in the chain of causes. */
const porque = (texto: RegExp) => (erro: Error) => {
  assert.match(motivos(erro).join(' | '), texto)
  return true
}

function motivos(erro: unknown): string[] {
  if (!(erro instanceof Error)) return []
  const varios = erro instanceof AggregateError ? erro.errors : []
  return [erro.message, ...[erro.cause, ...varios].flatMap(motivos)]
}
