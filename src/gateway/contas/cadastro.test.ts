// Signing up: what is accepted, what is told of what is not, and what cannot be asked for.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CLIENTE_ID, gatewayDeTeste } from '../gateway_de_teste.ts'
import * as respostas from '../respostas.ts'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())

const BOA = { nome: 'Maria', email: 'maria@example.com', senha: 'uma senha comprida' }
const cadastrar = (corpo: unknown) => gateway.pedir('POST', '/auth/cadastro', { corpo })
let feitas = 0
const outroEmail = () => {
  feitas += 1
  return `pessoa${feitas}@example.com`
}
async function entrar(corpo: object): Promise<string> {
  const { status, json } = await gateway.pedir('POST', '/auth/login', { corpo })
  assert.equal(status, 200)
  return String(json.token)
}

test('quem se cadastra é cliente, com o próximo número, e entra com a sua senha', async () => {
  const { status, json } = await cadastrar({
    ...BOA,
    nome: '  Maria da Silva ',
    email: ' Maria@Example.com ',
    cpf: '123.456.789-09',
  })
  assert.equal(status, 201)
  const conta = respostas.conta.strict().parse(json)
  const { nome, email, papel, cliente_id, cpf } = conta
  assert.deepEqual(
    [nome, email, papel, cliente_id, cpf],
    ['Maria da Silva', BOA.email, 'cliente', CLIENTE_ID + 1, '***.456.789-**'],
  )
  const token = await entrar(BOA)
  const eu = await gateway.pedir('GET', '/auth/eu', { token })
  assert.deepEqual(eu.json, json)
})

test('cadastros simultâneos recebem números de cliente diferentes e seguidos', async () => {
  const emails = Array.from({ length: 8 }, outroEmail)
  const feitos = await Promise.all(emails.map((email) => cadastrar({ ...BOA, email })))
  const numeros = feitos.map(({ json }) => Number(json.cliente_id)).toSorted((a, b) => a - b)
  const [primeiro = 0] = numeros
  assert.deepEqual(
    numeros,
    numeros.map((_, i) => primeiro + i),
  )
})

test('de dois cadastros simultâneos com o mesmo e-mail, exatamente um dá certo', async () => {
  const email = outroEmail()
  const fins = await Promise.all([
    cadastrar({ ...BOA, email }),
    cadastrar({ ...BOA, email: email.toUpperCase() }),
  ])
  assert.deepEqual(fins.map(({ status }) => status).sort(), [201, 409])
})

test('o e-mail de outra conta é 409, também o da equipe e o de um cliente gerado', async () => {
  const email = outroEmail()
  await cadastrar({ ...BOA, email })
  const ocupados = [email, gateway.credenciais.admin.email, 'CLIENTE_1_ana@example.com']
  for (const ocupado of ocupados) {
    const { status, json } = await cadastrar({ ...BOA, email: ocupado })
    assert.deepEqual([status, json.codigo, json.campo], [409, 'email_em_uso', 'email'], ocupado)
  }
})

test('cada campo que não serve é recusado com o seu nome', async () => {
  const email = outroEmail()
  const casos: readonly [object, string][] = [
    [{ nome: undefined }, 'nome'],
    [{ nome: '   ' }, 'nome'],
    [{ nome: 'x'.repeat(101) }, 'nome'],
    [{ nome: 'Maria\u0000' }, 'nome'],
    [{ nome: 'Maria\ud800' }, 'nome'],
    [{ email: undefined }, 'email'],
    [{ email: 'maria' }, 'email'],
    [{ email: 'maria@example' }, 'email'],
    [{ email: 'a b@example.com' }, 'email'],
    [{ email: `${'x'.repeat(250)}@example.com` }, 'email'],
    [{ email: { $ne: '' } }, 'email'],
    [{ senha: 'nove letr' }, 'senha'],
    [{ senha: 'x'.repeat(201) }, 'senha'],
    [{ senha: `${email.toUpperCase()}` }, 'senha'],
    [{ senha: 'Password123' }, 'senha'],
    [{ senha: 'senha torta\ud800' }, 'senha'],
    [{ senha: 1_234_567_890 }, 'senha'],
    [{ cpf: '123.456.789-00' }, 'cpf'],
    [{ cpf: '111.111.111-11' }, 'cpf'],
    [{ cpf: 12_345_678_909 }, 'cpf'],
  ]
  for (const [mudanca, campo] of casos) {
    const { status, json } = await cadastrar({ ...BOA, email, ...mudanca })
    const caso = JSON.stringify(mudanca)
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', campo], caso)
  }
  assert.equal((await cadastrar({ ...BOA, email })).status, 201, 'nada ficou pela metade')
})

test('o tamanho da senha é contado em letras, como quer que sejam digitadas', async () => {
  const dezCompostas = 'ã'.repeat(10).normalize('NFD')
  const noveCompostas = 'ã'.repeat(9).normalize('NFD')
  const duzentosDesenhos = '🛒'.repeat(200)
  const casos = [
    [dezCompostas, 201],
    [noveCompostas, 422],
    [duzentosDesenhos, 201],
    [`${duzentosDesenhos}🛒`, 422],
    ['a'.repeat(100_000), 422],
  ] as const
  for (const [senha, esperado] of casos) {
    const conta = { ...BOA, email: outroEmail(), senha }
    assert.equal((await cadastrar(conta)).status, esperado, `${senha.slice(0, 12)}…`)
    if (esperado === 201) await entrar({ ...conta, senha: senha.normalize('NFC') })
  }
})

test('papel, número e identidade pedidos no corpo não valem nada', async () => {
  const intrusos = { papel: 'admin', cliente_id: 1, id: 1, origem: 'historico', criado_em: 'x' }
  const { status, json } = await cadastrar({ ...BOA, email: outroEmail(), ...intrusos })
  assert.equal(status, 201)
  assert.equal(json.papel, 'cliente')
  assert.ok(Number(json.cliente_id) > CLIENTE_ID && Number(json.id) > 1)
})

test('a conta muda só no que se pede, e papel e e-mail não mudam', async () => {
  const conta = { ...BOA, email: outroEmail() }
  const { json: antes } = await cadastrar(conta)
  const token = await entrar(conta)
  const mudar = (corpo: unknown) => gateway.pedir('PATCH', '/auth/eu', { token, corpo })
  assert.deepEqual((await mudar({})).json, antes)
  const comNome = await mudar({ nome: 'Ana', papel: 'admin', email: 'outro@example.com' })
  assert.equal(comNome.status, 200)
  assert.deepEqual(comNome.json, { ...antes, nome: 'Ana' })
  const comCpf = await mudar({ cpf: '11144477735' })
  assert.deepEqual(comCpf.json, { ...antes, nome: 'Ana', cpf: '***.444.777-**' })
  assert.equal((await mudar({ cpf: '52998224725' })).json.cpf, '***.982.247-**')
  const ruim = await mudar({ nome: 'Bia', cpf: '1' })
  assert.deepEqual([ruim.status, ruim.json.campo], [422, 'cpf'])
  assert.equal((await gateway.pedir('GET', '/auth/eu', { token })).json.nome, 'Ana')
})
