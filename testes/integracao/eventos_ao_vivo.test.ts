// An order watched live through the real processes, while pedidos, whose log it is that is being
// followed, is killed in the middle of it: nothing is missing, nothing comes twice.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { abrirFluxo, type Fluxo } from '../../src/gateway/acompanhamento/fluxo_de_teste.ts'
import type { Credenciais } from '../../src/gateway/contas/credenciais.ts'
import { requisitar } from '../../src/gateway/gateway_de_teste.ts'
import { abrirBancada, type Bancada } from '../../src/laboratorio/bancada.ts'
import { ate } from '../ate.ts'
import { emBalanco } from '../contrato/balanco.ts'

const LIMITE_MS = 20_000
const LENTO = { atraso_ms: [200, 200] }
const CAMINHO = ['pendente', 'pagamento_aprovado', 'em_separacao', 'nf_emitida', 'enviado'] as const

let bancada: Bancada
let tokens: Readonly<Record<'cliente' | 'operador', string>>
before(async () => {
  bancada = await abrirBancada({
    gateway: true,
    unidades: 100,
    ambiente: { QUATROVIAS_ARQUITETURAS: 'rest', QUATROVIAS_PRAZO_MS: '2000' },
  })
  const arquivo = join(bancada.diretorio, 'credenciais.json')
  const credenciais = JSON.parse(readFileSync(arquivo, 'utf8')) as Credenciais
  const entrar = async (papel: 'cliente' | 'operador') => {
    const corpo = credenciais[papel]
    return String((await requisitar(bancada.gateway, 'POST', '/auth/login', { corpo })).json.token)
  }
  tokens = { cliente: await entrar('cliente'), operador: await entrar('operador') }
})
after(() => bancada?.[Symbol.asyncDispose]())

const acompanhar = (caminho: string, ultimo?: number) =>
  abrirFluxo(`${bancada.gateway}${caminho}`, tokens.cliente, {
    ...(ultimo !== undefined && { 'last-event-id': String(ultimo) }),
  })
const pedir = (metodo: string, caminho: string, papel: 'cliente' | 'operador', corpo?: object) =>
  requisitar(bancada.gateway, metodo, caminho, {
    ...{ token: tokens[papel], corpo },
    cabecalhos: { 'idempotency-key': 'ao-vivo' },
  })
const chegar = (fluxo: Fluxo, quantas: number) =>
  ate(() => fluxo.mudancas().length >= quantas, LIMITE_MS, `${quantas} mudanças`)

test('pedidos morre no meio, e quem acompanha vê o pedido inteiro, uma vez', async () => {
  for (const servico of ['pagamentos', 'fiscal']) {
    await pedir('PUT', `/operacao/simulacao/${servico}`, 'operador', LENTO)
  }
  using todos = await acompanhar('/pedidos/eventos')
  const compra = { itens: [{ produto_id: 1, quantidade: 1 }], metodo: 'pix' }
  const pedindo = pedir('POST', '/pedidos', 'cliente', compra)
  await chegar(todos, 1)
  const [primeiro] = todos.eventos()
  const pedido = Number(primeiro?.dados.pedido_id)
  using um = await acompanhar(`/pedidos/${pedido}/eventos`)
  await chegar(um, 1)

  const pid = bancada.pid('pedidos')
  assert.ok(pid)
  process.kill(pid, 'SIGKILL')
  await pedindo
  await ate(() => bancada.reinicios('pedidos') === 1, LIMITE_MS, 'pedidos voltou')

  const esperadas: string[] = CAMINHO.map((status) => `${pedido} ${status}`)
  for (const fluxo of [um, todos]) {
    await chegar(fluxo, esperadas.length)
    assert.deepEqual(fluxo.mudancas(), esperadas)
  }
  const entregue = await pedir('POST', `/pedidos/${pedido}/entregar`, 'operador', {})
  assert.equal(entregue.json.status, 'entregue')
  esperadas.push(`${pedido} entregue`)
  assert.equal(await um.fim, true)
  assert.deepEqual(um.mudancas(), esperadas)
  await chegar(todos, esperadas.length)
  assert.deepEqual(todos.mudancas(), esperadas)

  const ids = todos.eventos().map(({ id }) => id ?? 0)
  using volta = await acompanhar('/pedidos/eventos', ids[1])
  await chegar(volta, 4)
  assert.deepEqual(volta.mudancas(), esperadas.slice(2))
  assert.equal((await acompanhar(`/pedidos/${pedido}/eventos`, ids.at(-1))).status, 204)
})

test('os livros fecham', () => emBalanco(bancada))
