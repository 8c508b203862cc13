// One order's steps, gathered from the logs of all services.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evento, EventoGravado } from '../contratos/eventos.ts'
import type { Causa, Instante } from '../contratos/ids.ts'
import { type Falso, gatewayDeTeste } from './gateway_de_teste.ts'
import * as respostas from './respostas.ts'
import { montarRastro } from './rotas/rastro.ts'
import { DELE, todosFalsos } from './servicos_de_teste.ts'

let ultimoId = 0
/** An event of the order at so many milliseconds past the minute. */
const gravado = (causa: string, ms: number, evento: Record<string, unknown>): EventoGravado => ({
  id: ++ultimoId,
  causa: causa as Causa,
  resumo: 'digesto',
  arquitetura: 'rest',
  traceparent: '00-x',
  instante: new Date(Date.UTC(2026, 0, 1) + ms).toISOString() as Instante,
  evento: { pedido_id: DELE, ...evento } as unknown as Evento,
})
const nomes = (passos: readonly { evento: string }[]) => passos.map(({ evento }) => evento)

const DOS_PEDIDOS = [
  gravado('cliente/3/chave/com/barras', 0, { tipo: 'PedidoCriado', valor_centavos: 2_100 }),
  gravado(`${DELE}/Registrar/PagamentoAprovado`, 20, { tipo: 'StatusRegistrado', mudou: true }),
  gravado(`${DELE}/Registrar/NotaEmitida`, 20, { tipo: 'StatusRegistrado', mudou: true }),
  gravado(`${DELE}/ConcluirPedido`, 20, { tipo: 'PedidoConcluido', status: 'enviado' }),
]
const DE_PAGAMENTOS = [gravado(`${DELE}/AutorizarPagamento`, 20, { tipo: 'PagamentoAprovado' })]
const DO_FISCAL = [gravado(`${DELE}/EmitirNota`, 20, { tipo: 'NotaEmitida', numero: 7 })]

test('os diários se juntam por instante e, no mesmo milissegundo, pela ordem do fluxo', () => {
  const passos = montarRastro([
    { servico: 'fiscal', eventos: DO_FISCAL },
    { servico: 'pedidos', eventos: DOS_PEDIDOS },
    { servico: 'pagamentos', eventos: DE_PAGAMENTOS },
  ])
  assert.deepEqual(nomes(passos), [
    'PedidoCriado',
    'PagamentoAprovado',
    'StatusRegistrado',
    'NotaEmitida',
    'StatusRegistrado',
    'PedidoConcluido',
  ])
  assert.deepEqual(
    passos.map(({ ms }) => ms),
    [0, 20, 20, 20, 20, 20],
  )
  assert.deepEqual(passos[0], {
    servico: 'pedidos',
    evento: 'PedidoCriado',
    comando: 'CriarPedido',
    instante: '2026-01-01T00:00:00.000Z',
    causa: 'cliente/3/chave/com/barras',
    arquitetura: 'rest',
    ms: 0,
    dados: { valor_centavos: 2_100 },
  })
  assert.equal(passos[2]?.comando, 'Registrar')
})

test('a volta aparece depois da ida, e um passo de causa estranha não perde o lugar', () => {
  const passos = montarRastro([
    {
      servico: 'estoque',
      eventos: [
        gravado('estranha', 0, { tipo: 'EstoqueSeparado' }),
        gravado(`${DELE}/LiberarEstoque`, 0, { tipo: 'EstoqueLiberado', motivo: 'x' }),
      ],
    },
    {
      servico: 'pagamentos',
      eventos: [
        gravado(`${DELE}/Estornar`, 0, { tipo: 'PagamentoEstornado', motivo: 'x' }),
        ...DE_PAGAMENTOS,
      ],
    },
  ])
  const volta = ['EstoqueSeparado', 'EstoqueLiberado', 'PagamentoEstornado', 'PagamentoAprovado']
  assert.deepEqual(nomes(passos), volta)
  assert.equal('comando' in (passos[0] ?? {}), false)
  assert.deepEqual(montarRastro([]), [])
})

test('um serviço fora do ar fica em indisponiveis e os passos dos outros aparecem', async () => {
  const diario =
    (eventos: unknown, status = 200): Falso =>
    (app) => {
      app.get('/interno/eventos', async (requisicao, resposta) => {
        assert.deepEqual({ ...(requisicao.query as object) }, { pedido: String(DELE) })
        return resposta.code(status).send(eventos)
      })
    }
  await using gateway = await gatewayDeTeste({
    ...todosFalsos(),
    pagamentos: diario(DE_PAGAMENTOS),
    antifraude: diario([]),
    logistica: diario([]),
    catalogo: diario([]),
    estoque: diario({ erro: 'não é uma lista' }),
    fiscal: diario({}, 500),
  })
  const { status, json } = await gateway.pedir('GET', `/pedidos/${DELE}/rastro`, {
    token: await gateway.tokenDe('cliente'),
  })
  assert.equal(status, 200)
  const { passos, indisponiveis } = respostas.rastro.strict().parse(json)
  assert.deepEqual(nomes(passos), ['PagamentoAprovado'])
  assert.deepEqual(indisponiveis, ['estoque', 'fiscal'])
  assert.equal(JSON.stringify(json).includes('digesto'), false)
})
