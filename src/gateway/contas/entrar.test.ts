// Logging in, and what a wrong password or an unknown e-mail is told.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gatewayDeTeste } from '../gateway_de_teste.ts'
import * as respostas from '../respostas.ts'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const { cliente } = gateway.credenciais
const entrar = (corpo: unknown) => gateway.pedir('POST', '/auth/login', { corpo })

test('a senha certa dá um token, e o token diz quem é', async () => {
  const { status, json, headers } = await entrar(cliente)
  assert.equal(status, 200)
  respostas.sessao.strict().parse(json)
  assert.equal(json.tipo, 'Bearer')
  assert.equal(headers.get('cache-control'), 'no-store')
  const eu = await gateway.pedir('GET', '/auth/eu', { token: String(json.token) })
  assert.equal(eu.status, 200)
  const { papel, email, cliente_id } = respostas.conta.strict().parse(eu.json)
  assert.deepEqual([papel, email, cliente_id], ['cliente', cliente.email, 3])
})

test('o e-mail vale em qualquer caixa e com espaços em volta', async () => {
  const { status } = await entrar({ ...cliente, email: ` ${cliente.email.toUpperCase()} ` })
  assert.equal(status, 200)
})

test('senha errada, e-mail desconhecido e cliente gerado recebem a mesma resposta', async () => {
  const errada = await entrar({ ...cliente, senha: 'errada' })
  assert.equal(errada.status, 401)
  assert.equal(errada.json.codigo, 'credenciais_invalidas')
  assert.equal(errada.headers.get('www-authenticate'), 'Bearer')
  const emails = ['ninguem@quatrovias.local', 'cliente_1_ana@example.com', "' or 1=1 --"]
  for (const email of emails) {
    const { status, texto } = await entrar({ email, senha: 'errada' })
    assert.deepEqual([status, texto], [401, errada.texto], email)
  }
})

test('corpo incompleto ou de outro tipo é recusado com o nome do campo', async () => {
  const casos = [
    [{ email: cliente.email }, 'senha'],
    [{ senha: 'x' }, 'email'],
    [{ email: cliente.email, senha: ['x'] }, 'senha'],
    [{ email: cliente.email, senha: 'x'.repeat(201) }, 'senha'],
    [{ email: 'x'.repeat(255), senha: 'x' }, 'email'],
  ] as const
  for (const [corpo, campo] of casos) {
    const { status, json } = await entrar(corpo)
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', campo])
  }
})

test('sem token, ou com um mudado, a resposta é 401 e diz que espera um Bearer', async () => {
  const token = await gateway.tokenDe('cliente')
  const [cabecalho, corpo, assinatura = ''] = token.split('.')
  const outra = `${assinatura.startsWith('A') ? 'B' : 'A'}${assinatura.slice(1)}`
  const cabecalhos = [
    {},
    { authorization: token },
    { authorization: 'Bearer ' },
    { authorization: 'Basic YTpi' },
    { authorization: `Bearer ${token} x` },
    { authorization: `Bearer ${cabecalho}.${corpo}.${outra}` },
  ] as Record<string, string>[]
  for (const cabecalho of cabecalhos) {
    const { status, json, headers } = await gateway.pedir('GET', '/auth/eu', {
      cabecalhos: cabecalho,
    })
    assert.deepEqual([status, json.codigo], [401, 'nao_autenticado'], JSON.stringify(cabecalho))
    assert.equal(headers.get('www-authenticate'), 'Bearer')
  }
})
