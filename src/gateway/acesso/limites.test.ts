// Limits of requests: whom they count together, what they say, whom they leave alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { lerConfiguracao } from '../../infra/configuracao.ts'
import { gatewayDeTeste, type Respondida } from '../gateway_de_teste.ts'
import { criarTentativas } from './limites.ts'

const SEM_LIMITE = { porEndereco: 0, porCliente: 0, deEntrada: 0 }
const comLimites = (limites: Partial<typeof SEM_LIMITE>, ...proxiesConfiaveis: string[]) =>
  gatewayDeTeste({}, { limites: { ...SEM_LIMITE, ...limites }, proxiesConfiaveis })

const dito = ({ headers }: Respondida) =>
  ['limit', 'remaining'].map((nome) => headers.get(`ratelimit-${nome}`))

function conferirExcedido({ status, json, headers }: Respondida, janelaS: number): void {
  assert.deepEqual([status, json.codigo], [429, 'limite_excedido'])
  assert.match(String(headers.get('content-type')), /^application\/problem\+json/)
  for (const nome of ['retry-after', 'ratelimit-reset']) {
    const espera = Number(headers.get(nome))
    assert.ok(espera >= 1 && espera <= janelaS, `${nome}: ${espera}`)
  }
}

test('cada resposta diz quanto resta; além do limite é 429, e a saúde não conta', async () => {
  await using gateway = await comLimites({ porEndereco: 3 })
  const caminhos = ['/openapi.json', '/nada', '/auth/eu']
  const ditos = []
  for (const caminho of caminhos) ditos.push(dito(await gateway.pedir('GET', caminho)))
  assert.deepEqual(ditos, [
    ['3', '2'],
    ['3', '1'],
    ['3', '0'],
  ])
  for (const caminho of caminhos) {
    const resposta = await gateway.pedir('GET', caminho)
    conferirExcedido(resposta, 10)
    assert.deepEqual(dito(resposta), ['3', '0'])
  }
  for (const caminho of ['/healthz', '/readyz']) {
    const resposta = await gateway.pedir('GET', caminho)
    assert.deepEqual([resposta.status, ...dito(resposta)], [200, null, null])
  }
})

test('com 0, nenhum limite e nenhum cabeçalho', async () => {
  await using gateway = await comLimites({})
  assert.deepEqual(dito(await gateway.pedir('GET', '/openapi.json')), [null, null])
})

test('uma conta tem o seu limite, que não é o das outras; vale dizer o mais apertado', async () => {
  await using gateway = await comLimites({ porEndereco: 100, porCliente: 2 })
  const token = await gateway.tokenDe('cliente')
  const admin = await gateway.tokenDe('admin')
  assert.deepEqual(dito(await gateway.pedir('GET', '/auth/eu', { token })), ['2', '1'])
  assert.deepEqual(dito(await gateway.pedir('GET', '/auth/eu', { token })), ['2', '0'])
  conferirExcedido(await gateway.pedir('GET', '/auth/eu', { token }), 10)
  const outra = await gateway.pedir('GET', '/auth/eu', { token: admin })
  assert.deepEqual([outra.status, ...dito(outra)], [200, '2', '1'])
  await using outro = await comLimites({ porEndereco: 4, porCliente: 100 })
  const dele = await outro.pedir('GET', '/auth/eu', { token: await outro.tokenDe('cliente') })
  assert.deepEqual(dito(dele), ['4', '2'])
  const semConta = await gateway.pedir('GET', '/openapi.json')
  assert.equal(semConta.headers.get('ratelimit-limit'), '100')
})

test('as portas em que se adivinha uma senha têm um limite próprio, em minutos', async () => {
  await using gateway = await comLimites({ porEndereco: 100, deEntrada: 2 })
  const entrar = () => gateway.pedir('POST', '/Auth/Login', { corpo: gateway.credenciais.admin })
  assert.deepEqual(dito(await entrar()), ['2', '1'])
  assert.equal((await entrar()).status, 200)
  conferirExcedido(await entrar(), 60)
  assert.equal((await gateway.pedir('GET', '/openapi.json')).status, 200)
})

test('X-Forwarded-For só vale vindo de um proxy confiável; em IPv6, conta a rede', async () => {
  const de = (endereco: string) => ({ cabecalhos: { 'x-forwarded-for': endereco } })
  await using semProxy = await comLimites({ porEndereco: 2 })
  await semProxy.pedir('GET', '/nada', de('203.0.113.1'))
  await semProxy.pedir('GET', '/nada', de('203.0.113.2'))
  conferirExcedido(await semProxy.pedir('GET', '/nada', de('203.0.113.3')), 10)

  await using comProxy = await comLimites({ porEndereco: 2 }, '10.0.0.1', '127.0.0.0/8')
  const quantoResta = async (endereco: string) =>
    (await comProxy.pedir('GET', '/nada', de(endereco))).headers.get('ratelimit-remaining')
  assert.equal(await quantoResta('203.0.113.1'), '1')
  assert.equal(await quantoResta('198.51.100.9, 203.0.113.1, 10.0.0.1'), '0')
  assert.equal(await quantoResta('203.0.113.2'), '1')
  assert.equal(await quantoResta('2001:db8:1:2::1'), '1')
  assert.equal(await quantoResta('2001:db8:1:2:ffff::2'), '0')
  assert.equal(await quantoResta('2001:db8:1:3::1'), '1')
  assert.equal(await quantoResta('::ffff:203.0.113.2'), '0')
  assert.equal(await quantoResta('qualquer coisa'), '1')
  assert.equal(await quantoResta('outra coisa'), '0')
})

test('vinte senhas erradas de um e-mail, e nem a certa entra; os outros e-mails, sim', async () => {
  await using gateway = await comLimites({})
  const { cliente, admin } = gateway.credenciais
  const errar = (email: string) =>
    gateway.pedir('POST', '/auth/login', { corpo: { email, senha: 'errada' } })
  const entrar = (corpo: object) => gateway.pedir('POST', '/auth/login', { corpo })
  assert.equal((await entrar(cliente)).status, 200)
  const juntas = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      errar(i % 2 ? cliente.email : ` ${cliente.email.toUpperCase()}`),
    ),
  )
  const recusadas = juntas.filter(({ status }) => status === 401)
  assert.equal(recusadas.length, 20)
  conferirExcedido(await entrar(cliente), 15 * 60)
  assert.equal((await entrar(admin)).status, 200)
})

const resposta = { header: () => resposta } as unknown as FastifyReply
const vindaDe = (ip: string) => ({ ip }) as FastifyRequest
const excedida = (erro: unknown) =>
  erro instanceof ErroDeNegocio && erro.codigo === 'limite_excedido'

test('só falha conta, só para quem vem da mesma rede, e só por quinze minutos', () => {
  let agora = 0
  const tentativas = criarTentativas(() => agora)
  const tentar = (email: string, erra: boolean, de = '192.0.2.1') => {
    using tentativa = tentativas.comecar(vindaDe(de), email, resposta)
    if (erra) tentativa.errou()
  }
  for (let i = 0; i < 100; i += 1) tentar('a', false)
  for (let i = 0; i < 20; i += 1) tentar('a', true)
  assert.throws(() => tentar('a', false), excedida)
  tentar('a', false, '192.0.2.2')
  tentar('b', false)
  agora = 15 * 60_000 - 1
  assert.throws(() => tentar('a', false), excedida)
  agora = 15 * 60_000
  tentar('a', true)
})

test('de e-mails demais, o que falhou há mais tempo é esquecido', () => {
  const tentativas = criarTentativas()
  const errar = (email: string) => {
    using tentativa = tentativas.comecar(vindaDe('192.0.2.1'), email, resposta)
    tentativa.errou()
  }
  for (let i = 0; i < 20; i += 1) errar('velho')
  for (let i = 0; i < 20; i += 1) errar('novo')
  for (let i = 0; i < 9_999; i += 1) errar(`e${i}`)
  assert.throws(() => errar('novo'), excedida)
  errar('velho')
})

test('GATEWAY_PROXIES_CONFIAVEIS só aceita endereços e faixas', () => {
  const ler = (texto: string) => lerConfiguracao({ GATEWAY_PROXIES_CONFIAVEIS: texto })
  assert.deepEqual(ler('10.0.0.0/8,::1').proxiesConfiaveis, ['10.0.0.0/8', '::1'])
  for (const ruim of ['loopback', '10.0.0.0/33', '10.0.0.1/', 'x', '10.0.0.1,', '1/2/3']) {
    assert.throws(() => ler(ruim), /GATEWAY_PROXIES_CONFIAVEIS/, ruim)
  }
})
