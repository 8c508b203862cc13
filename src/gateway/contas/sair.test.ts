// Leaving, renewing and changing the password, as seen from outside: what stops working, and when.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { abrirGateway } from '../gateway.ts'
import { gatewayDeTeste, lugarVazio, requisitar, servicosFalsos } from '../gateway_de_teste.ts'
import * as respostas from '../respostas.ts'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())

const SENHA = 'uma senha bem comprida'
let feitas = 0
async function novaConta(senha = SENHA) {
  feitas += 1
  const conta = { nome: 'Maria', email: `maria${feitas}@example.com`, senha }
  assert.equal((await gateway.pedir('POST', '/auth/cadastro', { corpo: conta })).status, 201)
  return { email: conta.email, senha }
}
async function entrar(corpo: object) {
  const { status, json } = await gateway.pedir('POST', '/auth/login', { corpo })
  assert.equal(status, 200)
  return respostas.sessao.strict().parse(json)
}
const eu = async (token: string) => (await gateway.pedir('GET', '/auth/eu', { token })).status
const renovar = (renovacao: unknown) =>
  gateway.pedir('POST', '/auth/renovar', { corpo: { renovacao } })
const trocar = (token: string, senha_atual: string, senha_nova: string) =>
  gateway.pedir('PUT', '/auth/senha', { token, corpo: { senha_atual, senha_nova } })

test('quem sai perde na hora o token e o código, e só os desta sessão', async () => {
  const conta = await novaConta()
  const [dela, outra] = [await entrar(conta), await entrar(conta)]
  const { status, texto } = await gateway.pedir('POST', '/auth/sair', { token: dela.token })
  assert.deepEqual([status, texto], [204, ''])
  assert.deepEqual([await eu(dela.token), await eu(outra.token)], [401, 200])
  const { status: recusada, json } = await renovar(dela.renovacao)
  assert.deepEqual([recusada, json.codigo], [401, 'renovacao_invalida'])
  assert.equal((await renovar(outra.renovacao)).status, 200)
})

test('sair duas vezes é um 401, como qualquer uso de uma sessão encerrada', async () => {
  const { token } = await entrar(await novaConta())
  await gateway.pedir('POST', '/auth/sair', { token })
  assert.equal((await gateway.pedir('POST', '/auth/sair', { token })).status, 401)
})

test('renovar dá um par novo, e o token anterior ainda vale até expirar', async () => {
  const primeira = await entrar(await novaConta())
  const { status, json, headers } = await renovar(primeira.renovacao)
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  const segunda = respostas.sessao.strict().parse(json)
  assert.notEqual(segunda.renovacao, primeira.renovacao)
  assert.deepEqual([await eu(primeira.token), await eu(segunda.token)], [200, 200])
})

test('um código roubado e usado encerra também a sessão de quem o tinha', async () => {
  const primeira = await entrar(await novaConta())
  const doLadrao = respostas.sessao.parse((await renovar(primeira.renovacao)).json)
  assert.equal((await renovar(primeira.renovacao)).status, 401)
  assert.deepEqual([await eu(primeira.token), await eu(doLadrao.token)], [401, 401])
  assert.equal((await renovar(doLadrao.renovacao)).status, 401)
})

test('renovar sem código, ou com outro tipo, nomeia o campo', async () => {
  for (const ruim of [undefined, null, 7, [], '', 'x'.repeat(201)]) {
    const { status, json } = await renovar(ruim)
    assert.deepEqual([status, json.campo], [422, 'renovacao'], String(ruim))
  }
})

test('a senha nova vale, a antiga não, e as outras sessões terminam', async () => {
  const conta = await novaConta()
  const [dela, outra] = [await entrar(conta), await entrar(conta)]
  assert.equal((await trocar(dela.token, SENHA, 'outra senha comprida')).status, 204)
  assert.deepEqual([await eu(dela.token), await eu(outra.token)], [200, 401])
  assert.deepEqual(
    [(await renovar(dela.renovacao)).status, (await renovar(outra.renovacao)).status],
    [200, 401],
  )
  assert.equal((await gateway.pedir('POST', '/auth/login', { corpo: conta })).status, 401)
  await entrar({ ...conta, senha: 'outra senha comprida' })
})

test('com a senha atual errada nada muda, e a sessão continua', async () => {
  const conta = await novaConta()
  const { token } = await entrar(conta)
  const { status, json } = await trocar(token, 'errada', 'outra senha comprida')
  assert.deepEqual([status, json.codigo], [401, 'credenciais_invalidas'])
  assert.equal(await eu(token), 200)
  await entrar(conta)
})

test('de duas trocas simultâneas da mesma senha, exatamente uma dá certo', async () => {
  const { token } = await entrar(await novaConta())
  const fins = await Promise.all([
    trocar(token, SENHA, 'a primeira senha'),
    trocar(token, SENHA, 'a segunda senha'),
  ])
  assert.deepEqual(fins.map(({ status }) => status).sort(), [204, 401])
})

test('a senha nova passa pelas mesmas regras, e o erro nomeia senha_nova', async () => {
  const conta = await novaConta()
  const { token } = await entrar(conta)
  for (const ruim of ['curta', 'password123', conta.email.toUpperCase(), 'x'.repeat(201)]) {
    const { status, json } = await trocar(token, SENHA, ruim)
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', 'senha_nova'], ruim)
  }
})

test('depois de reiniciar, quem saiu continua fora e quem ficou continua dentro', async () => {
  using lugar = lugarVazio()
  await using falsos = await servicosFalsos({})
  const abrir = () => abrirGateway(lugar.configuracao, falsos.enderecos, 0)
  const conta = { nome: 'Maria', email: 'maria@example.com', senha: SENHA }
  const sessoes: { token: string; renovacao: string }[] = []
  {
    await using antes = await abrir()
    await requisitar(antes.url, 'POST', '/auth/cadastro', { corpo: conta })
    for (let i = 0; i < 2; i++) {
      const { json } = await requisitar(antes.url, 'POST', '/auth/login', { corpo: conta })
      sessoes.push(respostas.sessao.parse(json))
    }
    await requisitar(antes.url, 'POST', '/auth/sair', { token: sessoes[0]?.token })
  }
  await using depois = await abrir()
  const fins = []
  for (const { token, renovacao } of sessoes) {
    const { status } = await requisitar(depois.url, 'GET', '/auth/eu', { token })
    const corpo = { renovacao }
    const renovada = await requisitar(depois.url, 'POST', '/auth/renovar', { corpo })
    fins.push([status, renovada.status])
  }
  assert.deepEqual(fins, [
    [401, 401],
    [200, 200],
  ])
})
