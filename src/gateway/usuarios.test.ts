// The accounts through the gateway: found page by page, and a role given that holds from then on.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import * as respostas from './respostas.ts'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const token = await gateway.tokenDe('admin')

interface Conta {
  readonly id: number
  readonly email: string
  readonly papel: string
}
const listar = async (busca = ''): Promise<readonly Conta[]> => {
  const { status, json } = await gateway.pedir('GET', `/admin/usuarios${busca}`, { token })
  assert.equal(status, 200)
  return respostas.contas.parse(json)
}
const entrar = async (credencial: object) =>
  (await gateway.pedir('POST', '/auth/login', { corpo: credencial })).json.token as string
const dar = (id: number | string, papel: unknown, quem = token) =>
  gateway.pedir('PATCH', `/admin/usuarios/${id}`, { token: quem, corpo: { papel } })
const idDe = async (papel: string): Promise<number> => {
  const { email } = gateway.credenciais[papel as keyof typeof gateway.credenciais]
  const achada = (await listar('?limite=100')).find((conta) => conta.email === email)
  return achada?.id ?? 0
}

test('as contas vêm das mais novas às mais velhas, página por página e por papel', async () => {
  const todas = await listar()
  const ids = todas.map(({ id }) => id)
  assert.equal(ids.length, 5, 'as três do início e os dois clientes gerados')
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => b - a),
  )
  const primeiras = await listar('?limite=2')
  const resto = await listar(`?antes_de=${primeiras[1]?.id}`)
  assert.deepEqual([...primeiras, ...resto], todas)
  const operadores = await listar('?papel=operador')
  assert.deepEqual(
    operadores,
    todas.filter(({ papel }) => papel === 'operador'),
  )
  assert.equal(operadores.length, 1)
  const { texto } = await gateway.pedir('GET', '/admin/usuarios', { token })
  assert.doesNotMatch(texto, /senha|scrypt|argon/)
})

test('uma página ou um papel sem sentido é recusado com o nome do campo', async () => {
  const casos = [
    ['limite=0', 'limite'],
    ['limite=101', 'limite'],
    ['antes_de=x', 'antes_de'],
    ['papel=chefe', 'papel'],
  ] as const
  for (const [busca, campo] of casos) {
    const { status, json } = await gateway.pedir('GET', `/admin/usuarios?${busca}`, { token })
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', campo])
  }
  for (const papel of ['chefe', '', 1, null, undefined]) {
    const { status, json } = await dar(1, papel)
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', 'papel'])
  }
  assert.deepEqual((await dar('eu', 'admin')).json.campo, 'usuario_id')
})

test('o novo papel vale já: a sessão de antes acaba e a nova pode o que ele pode', async () => {
  const id = await idDe('cliente')
  const antes = await entrar(gateway.credenciais.cliente)
  const { status, json } = await dar(id, 'operador')
  assert.deepEqual([status, json.id, json.papel], [200, id, 'operador'])
  respostas.conta.strict().parse(json)
  assert.equal((await gateway.pedir('GET', '/auth/eu', { token: antes })).status, 401)
  const depois = await entrar(gateway.credenciais.cliente)
  const { json: eu } = await gateway.pedir('GET', '/auth/eu', { token: depois })
  assert.equal(eu.papel, 'operador')
  assert.equal((await dar(id, 'cliente')).status, 200)
})

test('o papel que a conta já tem não muda nada: a sessão continua', async () => {
  const sessao = await entrar(gateway.credenciais.operador)
  assert.equal((await dar(await idDe('operador'), 'operador')).status, 200)
  assert.equal((await gateway.pedir('GET', '/auth/eu', { token: sessao })).status, 200)
})

test('conta que não existe: 404; conta gerada, que não pode entrar: 422', async () => {
  const ninguem = await dar(999, 'operador')
  assert.deepEqual([ninguem.status, ninguem.json.codigo], [404, 'usuario_desconhecido'])
  const gerada = (await listar('?limite=100')).find(({ email }) => email.startsWith('cliente_2'))
  const { status, json } = await dar(gerada?.id ?? 0, 'operador')
  assert.deepEqual([status, json.campo], [422, 'papel'])
})

test('o último administrador fica; havendo outro, pode deixar de ser', async () => {
  const eu = await idDe('admin')
  const sozinho = await dar(eu, 'operador')
  assert.deepEqual([sozinho.status, sozinho.json.codigo], [409, 'ultimo_admin'])
  assert.equal((await dar(await idDe('operador'), 'admin')).status, 200)
  const { status, json } = await dar(eu, 'operador')
  assert.deepEqual([status, json.papel], [200, 'operador'])
  assert.equal((await gateway.pedir('GET', '/admin/usuarios', { token })).status, 401)
  const outro = await entrar(gateway.credenciais.operador)
  const volta = await dar(eu, 'admin', outro)
  assert.deepEqual([volta.status, volta.json.papel], [200, 'admin'])
})

test('o que se muda fica na auditoria, com quem, o quê e o fim', async () => {
  const admin = await entrar(gateway.credenciais.admin)
  await dar(999, 'operador', admin)
  const { json } = await gateway.pedir('GET', '/admin/auditoria?limite=100', { token: admin })
  const linhas = respostas.auditoria.parse(json)
  const minha = linhas.find(({ alvo }) => alvo === '/admin/usuarios/999')
  assert.deepEqual([minha?.acao, minha?.detalhe], ['mudar_papel', '{"papel":"operador"}'])
})
