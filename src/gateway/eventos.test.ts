// Orders live, over HTTP: what is told, to whom, from where on, and that nothing stays behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { ERROS } from '../contratos/errors.ts'
import { abrirFluxo } from './acompanhamento/fluxo_de_teste.ts'
import { CLIENTE_ID, gatewayDeTeste } from './gateway_de_teste.ts'
import {
  DE_OUTRO,
  DELE,
  PEDIDOS,
  pedidosFalso,
  todosFalsos,
  umPedido,
} from './servicos_de_teste.ts'

const LIMITE_MS = 20_000
const OUTRO_CLIENTE = 1
const HISTORICO = 7
const MOTIVO_LONGO = 'x'.repeat(20_000)
/** 20 MB: the kernel keeps some megabytes for each end before ours begins to wait. */
const MAIS_QUE_A_REDE_GUARDA = 1_000

async function abrir() {
  const pedidos = pedidosFalso()
  const { diario } = pedidos
  const gateway = await gatewayDeTeste(todosFalsos(pedidos))
  const [cliente, operador] = [await gateway.tokenDe('cliente'), await gateway.tokenDe('operador')]
  return {
    ...{ diario, gateway, cliente, operador },
    acompanhar: (caminho: string, token = cliente, ultimo?: number) =>
      abrirFluxo(`${gateway.url}${caminho}`, token, {
        ...(ultimo !== undefined && { 'last-event-id': String(ultimo) }),
      }),
    gravar: (...quais: readonly Parameters<typeof diario.gravar>[2][]) => {
      for (const status of quais) diario.gravar(DELE, CLIENTE_ID, status)
    },
    /** Streams of all orders that are over, as the gateway counts them. */
    async terminados(): Promise<number> {
      const { texto } = await gateway.pedir('GET', '/metrics')
      const linha = /_total\{[^}]*rota="\/pedidos\/eventos",status="200"[^}]*\} (\d+)/.exec(texto)
      return Number(linha?.[1] ?? 0)
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

test('de um pedido vem o que já houve, o que há de novo na hora, e o fim', async () => {
  await using cena = await abrir()
  cena.gravar('pendente', 'pagamento_aprovado')
  using fluxo = await cena.acompanhar(`/pedidos/${DELE}/eventos`)
  await ate(() => fluxo.mudancas().length === 2, LIMITE_MS, 'o que já houve')
  cena.diario.gravar(DE_OUTRO, OUTRO_CLIENTE, 'pendente')
  cena.gravar('em_separacao')
  await ate(() => fluxo.mudancas().length === 3, LIMITE_MS, 'o que é novo')
  cena.diario.gravar(DELE, CLIENTE_ID, 'cancelado', 'sem\nestoque')
  assert.equal(await fluxo.fim, true)
  const base = { pedido_id: DELE, arquitetura: 'rest', instante: '2026-01-02T03:04:05.678Z' }
  assert.deepEqual(fluxo.eventos(), [
    { evento: 'status', id: 1, dados: { ...base, status: 'pendente', motivo: null } },
    { evento: 'status', id: 2, dados: { ...base, status: 'pagamento_aprovado', motivo: null } },
    { evento: 'status', id: 4, dados: { ...base, status: 'em_separacao', motivo: null } },
    { evento: 'status', id: 5, dados: { ...base, status: 'cancelado', motivo: 'sem\nestoque' } },
    { evento: 'fim', id: undefined, dados: { pedido_id: DELE, status: 'cancelado' } },
  ])
  assert.match(fluxo.texto(), /^retry: 2000\n\n/)
})

test('o fluxo não é retido no caminho, e leva os cabeçalhos de segurança', async () => {
  await using cena = await abrir()
  using fluxo = await cena.acompanhar('/pedidos/eventos')
  assert.equal(fluxo.status, 200)
  assert.match(String(fluxo.headers['content-type']), /^text\/event-stream/)
  assert.equal(fluxo.headers['cache-control'], 'no-store')
  assert.equal(fluxo.headers['x-accel-buffering'], 'no')
  assert.equal(fluxo.headers['x-content-type-options'], 'nosniff')
  assert.match(String(fluxo.headers['content-security-policy']), /default-src 'none'/)
})

test('o cliente ouve os seus pedidos, a equipe ouve todos, e só de agora em diante', async () => {
  await using cena = await abrir()
  cena.gravar('pendente')
  using dele = await cena.acompanhar('/pedidos/eventos')
  using todos = await cena.acompanhar('/Pedidos/Eventos', cena.operador)
  cena.diario.gravar(DE_OUTRO, OUTRO_CLIENTE, 'pendente')
  cena.gravar('pagamento_aprovado')
  await ate(() => todos.mudancas().length === 2, LIMITE_MS, 'a equipe ouviu')
  await ate(() => dele.mudancas().length === 1, LIMITE_MS, 'o cliente ouviu')
  assert.deepEqual(todos.mudancas(), [`${DE_OUTRO} pendente`, `${DELE} pagamento_aprovado`])
  assert.deepEqual(dele.mudancas(), [`${DELE} pagamento_aprovado`])
})

test('quem volta com o último id recebe o que perdeu, uma vez, e segue ao vivo', async () => {
  await using cena = await abrir()
  cena.gravar('pendente', 'pagamento_aprovado', 'em_separacao')
  for (const caminho of ['/pedidos/eventos', `/pedidos/${DELE}/eventos`]) {
    using fluxo = await cena.acompanhar(caminho, cena.cliente, 2)
    await ate(() => fluxo.mudancas().length > 0, LIMITE_MS, 'o que perdeu')
    assert.deepEqual(fluxo.mudancas(), [`${DELE} em_separacao`], caminho)
  }
  using fluxo = await cena.acompanhar('/pedidos/eventos', cena.cliente, 3)
  cena.gravar('nf_emitida')
  await ate(() => fluxo.mudancas().length > 0, LIMITE_MS, 'o que é novo')
  assert.deepEqual(fluxo.mudancas(), [`${DELE} nf_emitida`])
})

test('um lugar a que o diário não chegou pede que se leia de novo', async () => {
  await using cena = await abrir()
  cena.gravar('pendente')
  using todos = await cena.acompanhar('/pedidos/eventos', cena.cliente, 999)
  await ate(() => todos.eventos().length > 0, LIMITE_MS, 'o aviso')
  assert.deepEqual(todos.eventos()[0]?.evento, 'reinicio')
  assert.equal(todos.ultimoId(), 1)
  using um = await cena.acompanhar(`/pedidos/${DELE}/eventos`, cena.cliente, 999)
  await ate(() => um.eventos().length > 1, LIMITE_MS, 'o aviso e o pedido')
  assert.deepEqual(
    um.eventos().map(({ evento }) => evento),
    ['reinicio', 'status'],
  )
})

test('quem já tem o fim recebe 204, que diz ao navegador que não volte', async () => {
  await using cena = await abrir()
  cena.gravar('pendente', 'recusado')
  using completo = await cena.acompanhar(`/pedidos/${DELE}/eventos`)
  assert.equal(await completo.fim, true)
  using fluxo = await cena.acompanhar(`/pedidos/${DELE}/eventos`, cena.cliente, 2)
  assert.deepEqual([fluxo.status, await fluxo.fim, fluxo.texto()], [204, true, ''])
  using quase = await cena.acompanhar(`/pedidos/${DELE}/eventos`, cena.cliente, 1)
  assert.equal(await quase.fim, true)
  assert.deepEqual(
    quase.eventos().map(({ evento }) => evento),
    ['status', 'fim'],
  )
})

test('de um pedido do histórico vem o status em que está e o fim, uma vez', async () => {
  PEDIDOS.set(HISTORICO, { ...umPedido(HISTORICO, CLIENTE_ID), origem: 'historico' })
  await using cena = await abrir()
  using fluxo = await cena.acompanhar(`/pedidos/${HISTORICO}/eventos`)
  assert.equal(await fluxo.fim, true)
  PEDIDOS.delete(HISTORICO)
  assert.deepEqual(
    fluxo.eventos().map(({ evento, dados }) => [evento, dados.status]),
    [
      ['status', 'enviado'],
      ['fim', 'enviado'],
    ],
  )
})

test('um Last-Event-ID que não é um número é 422, com o seu nome', async () => {
  await using cena = await abrir()
  for (const ultimo of ['x', '-1', '1.5', '1e3', '9999999999999999', '']) {
    for (const caminho of ['/pedidos/eventos', `/pedidos/${DELE}/eventos`]) {
      const { status, json } = await cena.gateway.pedir('GET', caminho, {
        token: cena.cliente,
        cabecalhos: { 'last-event-id': ultimo },
      })
      assert.deepEqual([status, json.campo], [422, 'Last-Event-ID'], `${caminho} ${ultimo}`)
    }
  }
})

test('HEAD não abre um fluxo', async () => {
  await using cena = await abrir()
  const headers = { authorization: `Bearer ${cena.cliente}` }
  const { status } = await fetch(`${cena.gateway.url}/pedidos/eventos`, { method: 'HEAD', headers })
  assert.ok(status >= 400, String(status))
  assert.equal(cena.diario.esperando, 0)
})

test('quando o último sai, nada fica: o seguidor para, e a requisição foi contada', async () => {
  await using cena = await abrir()
  const [um, outro] = [
    await cena.acompanhar('/pedidos/eventos'),
    await cena.acompanhar(`/pedidos/${DELE}/eventos`),
  ]
  await ate(() => cena.diario.esperando === 1, LIMITE_MS, 'um só seguidor')
  um[Symbol.dispose]()
  await cena.gateway.pedir('GET', '/healthz')
  assert.equal(cena.diario.esperando, 1)
  outro[Symbol.dispose]()
  await ate(() => cena.diario.esperando === 0, LIMITE_MS, 'o seguidor parou')
  assert.equal(await cena.terminados(), 1)
})

test('quem não lê é desligado, e volta sem ter perdido nada', async () => {
  await using cena = await abrir()
  using lento = await cena.acompanhar('/pedidos/eventos', cena.operador)
  using outro = await cena.acompanhar('/pedidos/eventos', cena.operador)
  await ate(() => cena.diario.esperando === 1, LIMITE_MS, 'o seguidor')
  lento.pausar()
  for (let n = 0; n < MAIS_QUE_A_REDE_GUARDA; n++) {
    cena.diario.gravar(DELE, CLIENTE_ID, 'pendente', MOTIVO_LONGO)
  }
  let gravadas = MAIS_QUE_A_REDE_GUARDA
  // The end of a connection is not seen by who does not read it: the gateway is asked.
  const desligar = async () => {
    cena.gravar('pendente')
    gravadas += 1
    return (await cena.terminados()) === 1
  }
  await ate(desligar, 60_000, 'desligar quem não lê')
  lento.continuar()
  assert.equal(await lento.fim, false)
  await ate(() => outro.mudancas().length === gravadas, LIMITE_MS, 'o outro ouviu tudo')
  const antes = lento.mudancas().length
  assert.ok(antes < gravadas)
  using volta = await cena.acompanhar('/pedidos/eventos', cena.operador, lento.ultimoId() ?? 0)
  await ate(() => volta.mudancas().length >= gravadas - antes, LIMITE_MS, 'o resto')
  assert.equal(volta.mudancas().length, gravadas - antes)
  assert.equal(volta.eventos()[0]?.id, (lento.ultimoId() ?? 0) + 1)
})

test('ao encerrar, os fluxos acabam na hora, em ordem', async () => {
  await using cena = await abrir()
  using fluxo = await cena.acompanhar('/pedidos/eventos')
  await cena.gateway.encerrar()
  assert.equal(await fluxo.fim, true)
})

test('uma conta não abre fluxos demais: 429 diz quando voltar, e quem sai dá o lugar', async () => {
  await using cena = await abrir()
  const abertos = await Promise.all(
    Array.from({ length: 50 }, () => cena.acompanhar('/pedidos/eventos')),
  )
  const pedir = (token: string) => cena.gateway.pedir('GET', '/pedidos/eventos', { token })
  const { status, json, headers } = await pedir(cena.cliente)
  assert.deepEqual([status, json.codigo], [ERROS.limite_excedido.status, 'limite_excedido'])
  assert.ok(Number(headers.get('retry-after')) > 0)
  assert.equal((await pedir(cena.operador)).status, 200)
  abertos.pop()?.[Symbol.dispose]()
  const cabe = async () => (await pedir(cena.cliente)).status === 200
  await ate(cabe, LIMITE_MS, 'o lugar de quem saiu')
  for (const fluxo of abertos) fluxo[Symbol.dispose]()
})
