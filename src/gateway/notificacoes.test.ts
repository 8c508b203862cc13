// What the clients were told, through the gateway: listed, and told again.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import { NOTIFICACAO, notificacoesFalsas } from './notificacoes_de_teste.ts'
import * as respostas from './respostas_das_notificacoes.ts'

const notificacoes = notificacoesFalsas()
const { chegadas } = notificacoes
const gateway = await gatewayDeTeste({ notificacoes: notificacoes.rotas })
after(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  chegadas.length = 0
})
const token = await gateway.tokenDe('operador')
const pedir = (metodo: string, resto = '', corpo?: object) =>
  gateway.pedir(metodo, `/operacao/notificacoes${resto}`, { token, corpo })

test('a lista passa sem mudança, e cada filtro passa adiante', async () => {
  const { status, texto, json } = await pedir('GET')
  assert.deepEqual([status, texto], [200, JSON.stringify([NOTIFICACAO])])
  respostas.notificacoes.parse(json)
  const filtros = { limite: '5', antes_de: '9', pedido_id: '1001', estado: 'desistiu' }
  await pedir('GET', `?${new URLSearchParams({ ...filtros, x: '1' })}`)
  const buscas = chegadas.map(({ query }) => ({ ...(query as object) }))
  assert.deepEqual(buscas, [{ limite: '20' }, filtros])
})

test('uma busca sem sentido é recusada com o nome do campo', async () => {
  for (const busca of ['limite=101', 'antes_de=0', 'pedido_id=x', 'estado=x']) {
    const { status, json } = await pedir('GET', `?${busca}`)
    assert.deepEqual([status, json.codigo], [422, 'campo_invalido'])
    assert.equal(json.campo, busca.split('=')[0])
  }
  assert.equal(chegadas.length, 0)
})

test('reenviar leva o que se pediu, e fica na auditoria', async () => {
  const corpo = { pedido_id: 1_001, status: 'enviado', canal: 'smtp' }
  const { status, json } = await pedir('POST', '/reenviar', { ...corpo, x: 1 })
  assert.deepEqual([status, json], [200, { reenviadas: 1 }])
  assert.deepEqual(chegadas[0]?.body, corpo)
  const admin = await gateway.tokenDe('admin')
  const auditoria = await gateway.pedir('GET', '/admin/auditoria', { token: admin })
  const atos = auditoria.json as unknown as { acao: string; alvo: string }[]
  const ato = atos.find(({ acao }) => acao === 'reenviar_notificacoes')
  assert.equal(ato?.alvo, '/operacao/notificacoes/reenviar')
})

test('um reenvio sem sentido é recusado com o nome do campo, e nada passa adiante', async () => {
  for (const [corpo, campo] of [
    [{}, 'pedido_id'],
    [{ pedido_id: 1, status: 'perdido' }, 'status'],
    [{ pedido_id: 1, canal: 'fax' }, 'canal'],
  ] as const) {
    const { status, json } = await pedir('POST', '/reenviar', corpo)
    assert.deepEqual([status, json.campo], [422, campo])
  }
  assert.equal(chegadas.length, 0)
})

test('o que um cliente pede não chega ao assinante', async () => {
  const doCliente = await gateway.tokenDe('cliente')
  const caminho = '/operacao/notificacoes'
  const { status, json } = await gateway.pedir('GET', caminho, { token: doCliente })
  assert.deepEqual([status, json.codigo], [403, 'acesso_negado'])
  assert.equal(chegadas.length, 0)
})

test('sem o Kafka não há notificações: arquitetura_fechada', async () => {
  await using sem = await gatewayDeTeste({}, { arquiteturas: ['rest'] })
  const operador = await sem.tokenDe('operador')
  const { status, json } = await sem.pedir('GET', '/operacao/notificacoes', { token: operador })
  assert.deepEqual([status, json.codigo], [503, 'arquitetura_fechada'])
})
