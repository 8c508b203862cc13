// What an account wants to hear of, and what the subscribers are told of a client: on a port that
// is not the public one.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { STATUS } from '../contratos/eventos.ts'
import type { Contato } from '../contratos/notificacoes.ts'
import { abrirGateway } from './gateway.ts'
import {
  CLIENTE_ID,
  credenciaisDe,
  gatewayDeTeste,
  lugarVazio,
  requisitar,
  servicosFalsos,
} from './gateway_de_teste.ts'
import * as respostas from './respostas_das_notificacoes.ts'

const TUDO = { email: true, status: [...STATUS] }
const CAMINHO = '/auth/eu/preferencias'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const token = await gateway.tokenDe('cliente')
const mudar = (corpo: unknown) => gateway.pedir('PUT', CAMINHO, { token, corpo })

test('quem nunca escolheu quer tudo; o que escolhe vale, e pode mudar de ideia', async () => {
  const antes = await gateway.pedir('GET', CAMINHO, { token })
  assert.deepEqual([antes.status, antes.json], [200, TUDO])
  for (const escolha of [{ email: false, status: ['enviado', 'entregue'] }, TUDO]) {
    const { status, json } = await mudar(escolha)
    assert.deepEqual([status, respostas.preferencias.parse(json)], [200, escolha])
    assert.deepEqual((await gateway.pedir('GET', CAMINHO, { token })).json, escolha)
  }
})

test('a escolha de um não é a de outro, e operadores também a têm', async () => {
  await mudar({ email: false, status: [] })
  const operador = await gateway.tokenDe('operador')
  const { status, json } = await gateway.pedir('GET', CAMINHO, { token: operador })
  assert.deepEqual([status, json], [200, TUDO])
})

test('uma escolha sem sentido é recusada com o nome do campo, e nada muda', async () => {
  await mudar(TUDO)
  for (const [corpo, campo] of [
    [{ status: [] }, 'email'],
    [{ email: 'sim', status: [] }, 'email'],
    [{ email: true }, 'status'],
    [{ email: true, status: ['perdido'] }, 'status.0'],
    [{ email: true, status: ['enviado', 'enviado'] }, 'status'],
  ] as const) {
    const { status, json } = await mudar(corpo)
    assert.deepEqual([status, json.codigo, json.campo], [422, 'campo_invalido', campo])
  }
  assert.deepEqual((await gateway.pedir('GET', CAMINHO, { token })).json, TUDO)
})

test('a mudança fica na auditoria', async () => {
  await mudar(TUDO)
  const admin = await gateway.tokenDe('admin')
  const { json } = await gateway.pedir('GET', '/admin/auditoria', { token: admin })
  const atos = json as unknown as { acao: string; status: number }[]
  assert.equal(atos.find(({ acao }) => acao === 'mudar_preferencias')?.status, 200)
})

/** A gateway with all its ports, and a credential. */
async function comPortaInterna() {
  const pilha = new AsyncDisposableStack()
  const credencial = 'c'.repeat(32)
  const { configuracao } = pilha.use(lugarVazio({ credencial }))
  const { enderecos } = pilha.use(await servicosFalsos({}))
  const aberto = pilha.use(await abrirGateway(configuracao, enderecos, 0, undefined, 0))
  const perguntar = async (cliente_id: number | string, dita?: string) => {
    const headers = dita === undefined ? {} : { 'x-credencial-de-servico': dita }
    const resposta = await fetch(`${aberto.interno}/interno/contatos/${cliente_id}`, { headers })
    const json = (await resposta.json()) as Contato & { codigo: string }
    return { status: resposta.status, json }
  }
  const fechar = () => pilha.disposeAsync()
  return { configuracao, credencial, aberto, perguntar, [Symbol.asyncDispose]: fechar }
}

test('o contato de um cliente: quem tem a credencial o recebe, com as preferências', async () => {
  await using daqui = await comPortaInterna()
  const { configuracao, credencial, aberto, perguntar } = daqui
  const { cliente } = credenciaisDe(configuracao)
  const { json: sessao } = await requisitar(aberto.url, 'POST', '/auth/login', { corpo: cliente })
  const escolha = { email: true, status: ['enviado'] }
  const opcoes = { token: String(sessao.token), corpo: escolha }
  assert.equal((await requisitar(aberto.url, 'PUT', CAMINHO, opcoes)).status, 200)
  const { status, json } = await perguntar(CLIENTE_ID, credencial)
  assert.equal(status, 200)
  const { nome, email, preferencias } = json
  assert.deepEqual([nome, email, preferencias], ['Cliente de demonstração', cliente.email, escolha])
  const historico = await perguntar(1, credencial)
  assert.deepEqual(historico.json, {
    ...{ nome: 'Ana', email: 'cliente_1_ana@example.com', preferencias: TUDO },
  })
})

test('sem a credencial nada é dito; de quem não existe, 404', async () => {
  await using daqui = await comPortaInterna()
  const { credencial, perguntar } = daqui
  for (const dita of [undefined, 'x'.repeat(32)]) {
    const { status, json } = await perguntar(1, dita)
    assert.deepEqual([status, json.codigo], [401, 'credencial_de_servico_invalida'])
  }
  const { status, json } = await perguntar(999, credencial)
  assert.deepEqual([status, json.codigo], [404, 'usuario_desconhecido'])
  assert.equal((await perguntar('x', credencial)).status, 422)
})

test('na porta pública e no seu documento o contato não existe', async () => {
  await using daqui = await comPortaInterna()
  const { credencial, aberto } = daqui
  const cabecalhos = { 'x-credencial-de-servico': credencial }
  const { status, json } = await requisitar(aberto.url, 'GET', '/interno/contatos/1', {
    cabecalhos,
  })
  assert.deepEqual([status, json.codigo], [404, 'nao_encontrado'])
  assert.doesNotMatch(JSON.stringify(aberto.documento), /contatos/)
})
