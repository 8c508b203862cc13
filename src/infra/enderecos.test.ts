// Which ports a system takes, on which address, and which wishes are refused.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { ErroDeInicio } from '../persistencia/database.ts'
import { lerConfiguracao } from './configuracao.ts'
import {
  ambienteDasPortas,
  enderecosDas,
  enderecosPorConfiguracao,
  escolherPortas,
  hospedeiroDe,
  QUAISQUER_PORTAS,
  reservar,
} from './enderecos.ts'

const CREDENCIAL = 'c'.repeat(32)
/** For documentation only (RFC 5737): no machine has it. */
const DE_NINGUEM = '192.0.2.1'
const escolher = (ambiente: Record<string, string>) =>
  escolherPortas(lerConfiguracao({ ...QUAISQUER_PORTAS, ...ambiente }))

const recusado = (dito: RegExp) => (erro: unknown) => {
  assert.ok(erro instanceof ErroDeInicio && erro.exitCode === 2)
  assert.match(erro.message, dito)
  return true
}

test('um endereço que não é desta máquina é recusado, para os serviços e para HTTPS', async () => {
  const dito = recusado(/^o endereço 192\.0\.2\.1 não é desta máquina$/)
  await assert.rejects(escolher({ GATEWAY_TLS_ENDERECO: DE_NINGUEM }), dito)
  const servicos = { QUATROVIAS_ENDERECO: DE_NINGUEM, QUATROVIAS_CREDENCIAL: CREDENCIAL }
  await assert.rejects(escolher(servicos), dito)
})

test('a porta de HTTPS que foi pedida e está tomada é recusada pelo nome', async () => {
  await using ocupada = createServer().listen(0, '127.0.0.1')
  await once(ocupada, 'listening')
  const GATEWAY_TLS_PORTA = String((ocupada.address() as AddressInfo).port)
  const dito = recusado(/^a porta \d+, pedida para gateway \(HTTPS\), já está em uso$/)
  await assert.rejects(escolher({ GATEWAY_TLS_PORTA }), dito)
})

test('a porta interna do gateway fica com os serviços, e tomada é recusada pelo nome', async () => {
  const aberto = { QUATROVIAS_ENDERECO: '0.0.0.0', QUATROVIAS_CREDENCIAL: CREDENCIAL }
  const portas = await escolher(aberto)
  assert.equal(enderecosDas(portas).gatewayInterno, `http://127.0.0.1:${portas.gatewayInterno}`)
  const filho = lerConfiguracao({ ...aberto, ...ambienteDasPortas(portas) })
  const { gatewayInterno } = enderecosPorConfiguracao(filho)
  assert.equal(gatewayInterno, enderecosDas(portas).gatewayInterno)
  const longe = lerConfiguracao({ GATEWAY_INTERNO_URL: 'http://10.0.0.9:1' })
  assert.equal(enderecosPorConfiguracao(longe).gatewayInterno, 'http://10.0.0.9:1')
  await using ocupada = createServer().listen(0, '127.0.0.1')
  await once(ocupada, 'listening')
  const GATEWAY_INTERNO_PORTA = String((ocupada.address() as AddressInfo).port)
  const dito = recusado(/^a porta \d+, pedida para gateway \(interna\), já está em uso$/)
  await assert.rejects(escolher({ GATEWAY_INTERNO_PORTA }), dito)
})

test('uma porta sorteada não é dada a mais ninguém, mesmo enquanto ninguém a abriu', async (t) => {
  t.mock.method(Math, 'random', () => 0.123)
  const sortear = async () => {
    await using servidor = await reservar(0, '127.0.0.1')
    return (servidor!.address() as AddressInfo).port
  }
  assert.notEqual(await sortear(), await sortear())
})

test('quem escuta em todas as interfaces é achado nesta máquina', async () => {
  const aberto = { QUATROVIAS_ENDERECO: '0.0.0.0', QUATROVIAS_CREDENCIAL: CREDENCIAL }
  const { rest, grpc } = enderecosDas(await escolher(aberto))
  assert.match(rest.estoque, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.match(grpc.estoque, /^127\.0\.0\.1:\d+$/)
  assert.deepEqual(['::', '::1', '10.0.0.9'].map(hospedeiroDe), ['127.0.0.1', '[::1]', '10.0.0.9'])
})

test('o Kafka e o PostgreSQL nossos têm porta só quando são nossos', async () => {
  const configuracao = lerConfiguracao(QUAISQUER_PORTAS)
  const { kafka, postgres } = await escolherPortas(configuracao)
  assert.deepEqual([kafka, postgres], [undefined, undefined])
  const nossos = await escolherPortas(configuracao, true, true)
  assert.ok(Number(nossos.kafka) > 0 && Number(nossos.postgres) > 0)
})
