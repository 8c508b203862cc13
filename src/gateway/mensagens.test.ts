// The audited messages through the gateway: searched, counted, shown, and beside the steps of an
// order.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { Evento, EventoGravado } from '../contratos/eventos.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import {
  CONTAGEM,
  MENSAGEM_INTEIRA,
  monitoramentoFalso,
  umaMensagem,
} from './monitoramento_de_teste.ts'
import * as respostas from './respostas.ts'
import * as dasMensagens from './respostas_das_mensagens.ts'
import { comMensagens } from './rotas/mensagens_do_rastro.ts'
import { montarRastro } from './rotas/rastro.ts'
import { DE_OUTRO, DELE, todosFalsos } from './servicos_de_teste.ts'

const monitoramento = monitoramentoFalso()
const { procurar } = monitoramento
const gateway = await gatewayDeTeste({ ...todosFalsos(), monitoramento: monitoramento.rotas })
after(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  monitoramento.chegadas.length = 0
  monitoramento.procurar = procurar
})
const token = await gateway.tokenDe('operador')
const pedir = (resto = '') => gateway.pedir('GET', `/operacao/mensagens${resto}`, { token })
const rastroDe = async (id: number, papel: 'cliente' | 'operador' = 'cliente') =>
  gateway.pedir('GET', `/pedidos/${id}/rastro`, { token: await gateway.tokenDe(papel) })

test('a procura passa sem mudança, e cada filtro passa adiante', async () => {
  const { status, texto, json } = await pedir()
  const esperada = JSON.stringify({ mensagens: [umaMensagem()], proximo: null })
  assert.deepEqual([status, texto], [200, esperada])
  dasMensagens.mensagens.strict().parse(json)
  const filtros = { limite: '200', antes_de: '9', pedido: '1001', topico: 'fiscal-group-mortas' }
  const outros = {
    ...{ desde: '2026-01-02T03:04:06Z', ate: '2026-01-02T03:04:06.5Z' },
    texto: 'maçã & "café" 100%',
  }
  await pedir(`?${new URLSearchParams({ ...filtros, ...outros, x: '1' })}`)
  const buscas = monitoramento.chegadas.map(({ query }) => ({ ...(query as object) }))
  assert.deepEqual(buscas, [{ limite: '20' }, { ...filtros, ...outros }])
})

test('uma procura sem sentido é recusada com o nome do campo, e não chega', async () => {
  const casos = ['limite=201', 'antes_de=0', 'pedido=x', 'topico=x', 'desde=ontem', 'texto=']
  for (const busca of [...casos, 'ate=2026-01-02', `texto=${'x'.repeat(201)}`]) {
    const { status, json } = await pedir(`?${busca}`)
    assert.deepEqual([status, json.codigo], [422, 'campo_invalido'], busca)
    assert.equal(json.campo, busca.split('=')[0])
  }
  assert.equal(monitoramento.chegadas.length, 0)
})

test('uma é mostrada inteira; a que não existe é 404, e um lugar sem sentido, 422', async () => {
  const { status, texto, json } = await pedir('/nf_emitida/0/7')
  assert.deepEqual([status, texto], [200, JSON.stringify(MENSAGEM_INTEIRA)])
  dasMensagens.mensagem.strict().parse(json)
  const outra = await pedir('/nf_emitida/0/9')
  assert.deepEqual([outra.status, outra.json.codigo], [404, 'mensagem_desconhecida'])
  for (const lugar of ['/de_outros/0/7', '/nf_emitida/-1/7', '/nf_emitida/0/x']) {
    assert.equal((await pedir(lugar)).status, 422, lugar)
  }
})

test('as contagens passam sem mudança', async () => {
  const { status, json } = await pedir('/contagens')
  assert.deepEqual([status, json], [200, [CONTAGEM]])
  dasMensagens.contagens.parse(json)
})

test('o que um cliente pede não chega a monitoramento', async () => {
  const doCliente = await gateway.tokenDe('cliente')
  for (const resto of ['', '/contagens', '/nf_emitida/0/7']) {
    const caminho = `/operacao/mensagens${resto}`
    const { status, json } = await gateway.pedir('GET', caminho, { token: doCliente })
    assert.deepEqual([status, json.codigo], [403, 'acesso_negado'])
  }
  assert.equal(monitoramento.chegadas.length, 0)
})

const passo = (causa: string, ms: number, tipo: string): EventoGravado =>
  ({
    ...{ id: ms, causa, resumo: '', arquitetura: 'kafka', traceparent: '00-x' },
    instante: new Date(Date.UTC(2026, 0, 1) + ms).toISOString(),
    evento: { pedido_id: DELE, tipo } as unknown as Evento,
  }) as EventoGravado
const lugarDe = ({ topico, particao, offset, instante }: ReturnType<typeof umaMensagem>) => ({
  ...{ topico, particao, offset, instante },
})

test('cada passo tem as mensagens que o contam, na ordem em que foram ditas', () => {
  const passos = montarRastro([
    { servico: 'pedidos', eventos: [passo('cliente/3/chave', 0, 'PedidoCriado')] },
    { servico: 'fiscal', eventos: [passo(`${DELE}/EmitirNota`, 5, 'NotaEmitida')] },
  ])
  const aviso = umaMensagem({ topico: 'notificacoes', offset: '3' })
  const estranha = umaMensagem({ topico: 'estoque_separado', evento: null })
  const denovo = umaMensagem({ offset: '8' })
  const comElas = comMensagens(passos, [denovo, estranha, aviso, umaMensagem()])
  assert.deepEqual(
    comElas.passos.map(({ mensagens }) => mensagens),
    [[], [umaMensagem(), aviso, denovo].map(lugarDe)],
  )
  assert.deepEqual(comElas.outras_mensagens, [lugarDe(estranha)])
  assert.deepEqual(comMensagens(passos, undefined), { passos })
})

test('o cliente vê as mensagens do seu pedido, e só as do seu', async () => {
  const { status, json } = await rastroDe(DELE)
  assert.equal(status, 200)
  assert.deepEqual(respostas.rastro.strict().parse(json).outras_mensagens, [lugarDe(umaMensagem())])
  assert.deepEqual(
    { ...(monitoramento.chegadas[0]?.query as object) },
    {
      ...{ pedido: String(DELE), limite: '200' },
    },
  )
  assert.equal((await rastroDe(DE_OUTRO)).status, 404)
  assert.equal(monitoramento.chegadas.length, 1)
})

test('monitoramento que falha ou demora: o rastro vem sem elas, e sem esperar', async () => {
  const demora = Promise.withResolvers<never>()
  const falhas = [
    async () => {
      throw new Error('quebrado')
    },
    () => demora.promise,
  ]
  for (const falha of falhas) {
    monitoramento.procurar = falha
    const inicio = performance.now()
    const { status, json } = await rastroDe(DELE)
    assert.equal(status, 200)
    const { passos, outras_mensagens } = respostas.rastro.strict().parse(json)
    assert.deepEqual([passos, outras_mensagens], [[], undefined])
    assert.ok(performance.now() - inicio < 2_000)
  }
  demora.reject(new Error('tarde'))
})

test('sem monitoramento: a procura é 503, e o rastro vem sem elas', async () => {
  const { monitoramento: _, ...outros } = todosFalsos()
  await using sem = await gatewayDeTeste(outros)
  const { status, json, headers } = await sem.pedir('GET', '/operacao/mensagens', {
    token: await sem.tokenDe('operador'),
  })
  assert.deepEqual([status, json.codigo], [503, 'servico_indisponivel'])
  assert.equal(headers.get('retry-after'), '1')
  const rastro = await sem.pedir('GET', `/pedidos/${DELE}/rastro`, {
    token: await sem.tokenDe('cliente'),
  })
  assert.deepEqual([rastro.status, 'outras_mensagens' in rastro.json], [200, false])
})
