// The dead letters through the gateway: listed, shown, sent again.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import * as respostas from './respostas.ts'
import { MORTA, MORTA_INTEIRA, pedidosFalso, recusar, todosFalsos } from './servicos_de_teste.ts'

const pedidos = pedidosFalso()
const { reenviar } = pedidos
const gateway = await gatewayDeTeste(todosFalsos(pedidos))
after(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  pedidos.chegadas.length = 0
  pedidos.reenviar = reenviar
})
const token = await gateway.tokenDe('operador')
const pedir = (metodo: string, resto = '', corpo?: object) =>
  gateway.pedir(metodo, `/operacao/mortas${resto}`, { token, corpo })
const reenviarUma = () => pedir('POST', '/7/reenviar')

test('a lista passa sem mudança, e cada filtro passa adiante', async () => {
  const { status, texto, json } = await pedir('GET')
  assert.deepEqual([status, texto], [200, JSON.stringify([MORTA])])
  respostas.mortas.parse(json)
  const filtros = { limite: '5', antes_de: '9', grupo: 'fiscal-group', topico: 'nf_emitida' }
  const outros = { pedido_id: '1001', pendentes: 'true' }
  await pedir('GET', `?${new URLSearchParams({ ...filtros, ...outros, x: '1' })}`)
  const buscas = pedidos.chegadas.map(({ query }) => ({ ...(query as object) }))
  assert.deepEqual(buscas, [{ limite: '20' }, { ...filtros, ...outros }])
})

test('uma busca sem sentido é recusada com o nome do campo', async () => {
  const casos = ['limite=101', 'antes_de=0', 'grupo=x', 'topico=x', 'pedido_id=x', 'pendentes=1']
  for (const busca of casos) {
    const { status, json } = await pedir('GET', `?${busca}`)
    assert.deepEqual([status, json.codigo], [422, 'campo_invalido'])
    assert.equal(json.campo, busca.split('=')[0])
  }
  assert.equal(pedidos.chegadas.length, 0)
})

test('uma é mostrada com o que trazia; a que não existe é 404', async () => {
  const { status, texto, json } = await pedir('GET', '/7')
  assert.deepEqual([status, texto], [200, JSON.stringify(MORTA_INTEIRA)])
  respostas.morta.parse(json)
  const outra = await pedir('GET', '/9')
  assert.deepEqual([outra.status, outra.json.codigo], [404, 'morta_desconhecida'])
})

test('o que um cliente pede não chega a pedidos', async () => {
  const doCliente = await gateway.tokenDe('cliente')
  for (const [metodo, resto] of [['GET', ''] as const, ['POST', '/7/reenviar'] as const]) {
    const caminho = `/operacao/mortas${resto}`
    const { status, json } = await gateway.pedir(metodo, caminho, { token: doCliente })
    assert.deepEqual([status, json.codigo], [403, 'acesso_negado'])
  }
  assert.equal(pedidos.chegadas.length, 0)
})

test('reenviar uma responde com ela, e fica na auditoria', async () => {
  const { status, json } = await reenviarUma()
  assert.equal(status, 200)
  respostas.mortaReenviada.strict().parse(json)
  assert.equal(pedidos.chegadas[0]?.url, '/interno/mortas/7/reenviar')
  const admin = await gateway.tokenDe('admin')
  const auditoria = await gateway.pedir('GET', '/admin/auditoria', { token: admin })
  const atos = auditoria.json as unknown as { acao: string; alvo: string }[]
  const ato = atos.find(({ acao }) => acao === 'reenviar_morta')
  assert.equal(ato?.alvo, '/operacao/mortas/7/reenviar')
})

test('reenviar várias leva o filtro e o limite, que tem um padrão', async () => {
  const { status, json } = await pedir('POST', '/reenviar', { grupo: 'estoque-group', x: 1 })
  assert.deepEqual([status, json], [200, { reenviadas: 1, recusadas: 0, restam: 0 }])
  assert.deepEqual(pedidos.chegadas[0]?.body, { grupo: 'estoque-group', limite: 1_000 })
  for (const [corpo, campo] of [
    [{ limite: 1_001 }, 'limite'],
    [{ grupo: 'x' }, 'grupo'],
  ] as const) {
    const recusada = await pedir('POST', '/reenviar', corpo)
    assert.deepEqual([recusada.status, recusada.json.campo], [422, campo])
  }
})

test('a falha do reenvio é a resposta: passageira com Retry-After, definitiva sem', async () => {
  const casos = [
    ['servico_indisponivel', 503, '1'],
    ['arquitetura_fechada', 503, null],
    ['reenvio_impossivel', 409, null],
  ] as const
  for (const [codigo, esperado, retryAfter] of casos) {
    pedidos.reenviar = (resposta) => recusar(resposta, new ErroDeNegocio(codigo))
    const { status, json, headers } = await reenviarUma()
    assert.deepEqual([status, json.codigo], [esperado, codigo])
    assert.equal(headers.get('retry-after'), retryAfter)
  }
})
