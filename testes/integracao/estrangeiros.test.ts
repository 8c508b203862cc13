// Interoperability on REST: somebody else's payment server in place of ours, and somebody else's
// client that knows only the two fields of the reference (specification, section 3).
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PedidoId, SERVICOS } from '../../src/contratos/ids.ts'
import { umItem } from '../contrato/sistema.ts'
import { abrirHttpDeTeste } from '../contrato/sistema_http.ts'
import { abrirPagamentoAlheio, aprovar, type PagamentoAlheio } from './pagamento_alheio.ts'
import { portasLivres } from './portas_livres.ts'

type SistemaHttp = Awaited<ReturnType<typeof abrirHttpDeTeste>>

const SEM_SENTIDO: readonly [string, unknown][] = [
  ['corpo vazio', ''],
  ['objeto sem sucesso', { pedido_id: 1 }],
  ['sucesso que é texto', { sucesso: 'true', mensagem: 'Pagamento aprovado' }],
  ['lista', [{ sucesso: true }]],
  ['página de um proxy', '<html><body>It works!</body></html>'],
  ['JSON pela metade', '{"pedido_id": 1, "sucesso": tr'],
  ['resposta sem fim', { sucesso: true, mensagem: 'x'.repeat(2 * 1024 * 1024) }],
]

describe('servidor de pagamento alheio', () => {
  let alheio: PagamentoAlheio
  let sistema: SistemaHttp
  before(async () => {
    alheio = await abrirPagamentoAlheio()
    const { ambiente } = await portasLivres()
    sistema = await abrirHttpDeTeste('rest', ambiente, { pagamentos: alheio.url })
  })
  after(async () => {
    await sistema?.[Symbol.asyncDispose]()
    await alheio[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    alheio.responder = aprovar
    alheio.recebidas.length = 0
  })

  it('pedido passa por ele e é enviado: o que ele não continua, pedidos continua', async () => {
    const { pedido } = await sistema.criar({ chave: 'feliz', itens: umItem(2) })
    assert.equal(pedido?.status, 'enviado')
    assert.deepEqual(
      alheio.recebidas.map(({ caminho, corpo }) => [caminho, corpo.pedido_id, corpo.valor]),
      [['/pagamentos', pedido.id, pedido.total_centavos / 100]],
    )
    for (const [servico, evento] of [
      ['estoque', 'EstoqueSeparado'],
      ['fiscal', 'NotaEmitida'],
      ['logistica', 'EnvioAgendado'],
    ] as const) {
      assert.deepEqual(await sistema.eventos(servico, pedido.id), [evento])
    }
  })

  it('a recusa dele cancela o pedido, sem estorno nem separação', async () => {
    alheio.responder = ({ corpo: { pedido_id } }) => ({
      status: 200,
      corpo: { pedido_id, sucesso: false, mensagem: 'Pagamento rejeitado' },
    })
    const { pedido } = await sistema.criar({ chave: 'recusa' })
    assert.equal(pedido?.status, 'cancelado')
    assert.ok(pedido.motivo)
    assert.deepEqual(await sistema.eventos('estoque', pedido.id), [])
    assert.equal(alheio.recebidas.length, 1)
  })

  it('com o 500 dele o pedido fica em aberto, e termina quando ele volta', async () => {
    alheio.responder = () => ({ status: 500, corpo: 'Internal Server Error' })
    const { erro, pedidoEmAberto } = await sistema.criar({ chave: 'caiu' })
    assert.equal(erro, 'pedido_em_andamento')
    const aberto = await sistema.pedido(pedidoEmAberto!)
    assert.equal(aberto?.status, 'pendente')
    assert.equal(aberto.retido, undefined)
    alheio.responder = aprovar
    await sistema.retomar(aberto.id)
    assert.equal((await sistema.pedido(aberto.id))?.status, 'enviado')
  })

  it('com o 404 dele no estorno o pedido fica retido, até que alguém resolva', async () => {
    await sistema.simular('fiscal', { taxa_sucesso: 0 })
    const { erro, pedidoEmAberto } = await sistema.criar({ chave: 'sem-estorno' })
    await sistema.simular('fiscal', { taxa_sucesso: 1 })
    assert.equal(erro, 'pedido_em_andamento')
    const id = pedidoEmAberto!
    assert.equal((await sistema.pedido(id))?.retido?.codigo, 'operacao_nao_suportada')
    assert.deepEqual(await sistema.eventos('estoque', id), ['EstoqueSeparado', 'EstoqueLiberado'])
    assert.ok(alheio.recebidas.some(({ caminho }) => caminho === `/pagamentos/${id}/estorno`))
    alheio.responder = (recebida) =>
      recebida.caminho.endsWith('/estorno') ? { status: 200 } : aprovar(recebida)
    await sistema.retomar(id)
    assert.equal((await sistema.pedido(id))?.status, 'cancelado')
  })

  for (const [i, [nome, corpo]] of SEM_SENTIDO.entries()) {
    it(`resposta que não faz sentido deixa o pedido retido: ${nome}`, async () => {
      alheio.responder = () => ({ status: 200, corpo })
      await esperaUmaPessoa(sistema, `sem-sentido-${i}`)
    })
  }

  for (const [i, resposta] of [
    { status: 200, corpo: { sucesso: false, status: 'erro' } },
    { status: 200, corpo: { mensagem: 'tente amanhã' } },
    { status: 302, corpo: '' },
  ].entries()) {
    const dito = `HTTP ${resposta.status} ${JSON.stringify(resposta.corpo)}`
    it(`estorno respondido com ${dito} não conta como feito`, async () => {
      alheio.responder = (recebida) =>
        recebida.caminho.endsWith('/estorno') ? resposta : aprovar(recebida)
      await sistema.simular('estoque', { taxa_sucesso: 0 })
      await esperaUmaPessoa(sistema, `estorno-${i}`, ['EstoqueInsuficiente'])
      await sistema.simular('estoque', { taxa_sucesso: 1 })
    })
  }

  it('estorno aceito mas ainda não feito (202) deixa o pedido em aberto', async () => {
    alheio.responder = (recebida) =>
      recebida.caminho.endsWith('/estorno') ? { status: 202 } : aprovar(recebida)
    await sistema.simular('estoque', { taxa_sucesso: 0 })
    const { pedidoEmAberto } = await sistema.criar({ chave: 'estorno-202' })
    await sistema.simular('estoque', { taxa_sucesso: 1 })
    const pedido = await sistema.pedido(pedidoEmAberto!)
    assert.notEqual(pedido?.status, 'cancelado')
    assert.equal(pedido?.retido, undefined)
  })

  it('eventos inventados na resposta não levam pedido nenhum adiante', async () => {
    await sistema.derrubar('antifraude')
    const { pedidoEmAberto: outro } = await sistema.criar({ chave: 'vitima' })
    await sistema.levantar('antifraude')
    const base = { codigo_rastreamento: 'BR000000000BR' }
    const mentiras = [
      (id: number) => [{ evento: { ...base, tipo: 'EnvioAgendado', pedido_id: id } }],
      () => [{ evento: { ...base, tipo: 'EnvioAgendado', pedido_id: outro } }],
      (id: number) => [{ evento: { tipo: 'PedidoCriado', pedido_id: id } }],
      () => [{ evento: { tipo: 'constructor' } }],
    ]
    for (const [i, mentira] of mentiras.entries()) {
      alheio.responder = ({ corpo: { pedido_id = 0 } }) => ({
        status: 200,
        corpo: { eventos: mentira(pedido_id) },
      })
      await esperaUmaPessoa(sistema, `mentira-${i}`)
    }
    assert.equal((await sistema.pedido(outro!))?.status, 'pendente')
  })

  it('resposta sobre outro pedido deixa o pedido retido', async () => {
    alheio.responder = () => ({ status: 200, corpo: { pedido_id: 1, sucesso: true } })
    await esperaUmaPessoa(sistema, 'de-outro')
  })
})

async function esperaUmaPessoa(
  sistema: SistemaHttp,
  chave: string,
  noEstoque: readonly string[] = [],
): Promise<void> {
  const { erro, pedidoEmAberto } = await sistema.criar({ chave })
  assert.equal(erro, 'pedido_em_andamento')
  const pedido = await sistema.pedido(pedidoEmAberto!)
  assert.ok(pedido?.retido, JSON.stringify(pedido))
  assert.deepEqual(await sistema.eventos('estoque', pedido.id), noEstoque)
}

describe('cliente de pagamento alheio', () => {
  let sistema: SistemaHttp
  before(async () => {
    const { ambiente } = await portasLivres()
    sistema = await abrirHttpDeTeste('rest', ambiente)
  })
  after(() => sistema?.[Symbol.asyncDispose]())

  const pagar = (corpo: unknown) => sistema.requisitar('pagamentos', 'POST', '/pagamentos', corpo)

  async function soPagamentosSabe(pedido_id: number): Promise<void> {
    for (const servico of SERVICOS) {
      if (servico === 'catalogo') continue
      const eventos = await sistema.eventos(servico, pedido_id as PedidoId)
      assert.equal(eventos.length, servico === 'pagamentos' ? 1 : 0, servico)
    }
  }

  it('os dois campos bastam: paga e para aí', async () => {
    const { status, corpo } = await pagar({ pedido_id: 700_001, valor: 19.9 })
    assert.equal(status, 201)
    assert.equal(corpo.pedido_id, 700_001)
    assert.equal(corpo.sucesso, true)
    assert.equal(corpo.mensagem, 'Pagamento aprovado')
    await soPagamentosSabe(700_001)
  })

  it('a mesma cobrança de novo tem a mesma resposta, com 200', async () => {
    const primeira = await pagar({ pedido_id: 700_002, valor: 5 })
    const segunda = await pagar({ pedido_id: 700_002, valor: 5 })
    assert.deepEqual([primeira.status, segunda.status], [201, 200])
    assert.deepEqual(segunda.corpo, primeira.corpo)
    await soPagamentosSabe(700_002)
  })

  it('outro valor para o mesmo pedido é divergente', async () => {
    await pagar({ pedido_id: 700_003, valor: 5 })
    const { status, corpo } = await pagar({ pedido_id: 700_003, valor: 5.01 })
    assert.deepEqual([status, corpo.codigo], [409, 'comando_divergente'])
    await soPagamentosSabe(700_003)
  })

  it('a recusa é um sucesso da chamada que diz que não', async () => {
    await sistema.simular('pagamentos', { taxa_sucesso: 0 })
    const { status, corpo } = await pagar({ pedido_id: 700_004, valor: 5 })
    await sistema.simular('pagamentos', { taxa_sucesso: 1 })
    assert.equal(status, 201)
    assert.equal(corpo.sucesso, false)
    assert.equal(corpo.mensagem, 'Pagamento rejeitado')
  })

  // JSON has no NaN: whoever serialises one sends null.
  for (const [campo, valores] of [
    ['pedido_id', [0, -1, 1.5, 2_147_483_648, '1', 'abc', null, true]],
    ['valor', [0, -0.01, 0.001, '10', 'NaN', null, 1e300, [10]]],
  ] as const) {
    for (const valor of valores) {
      it(`${campo} ${JSON.stringify(valor)} é recusado pelo nome do campo`, async () => {
        const { status, corpo } = await pagar({ pedido_id: 700_005, valor: 5, [campo]: valor })
        assert.deepEqual([status, corpo.codigo, corpo.campo], [422, 'campo_invalido', campo])
      })
    }
    it(`sem ${campo} não há cobrança`, async () => {
      const { status, corpo } = await pagar({ pedido_id: 700_005, valor: 5, [campo]: undefined })
      assert.deepEqual([status, corpo.codigo, corpo.campo], [422, 'campo_invalido', campo])
    })
  }

  it('o pedido verdadeiro desse número, com o mesmo valor, segue depois até o fim', async () => {
    const { pedido: modelo } = await sistema.criar({ chave: 'modelo' })
    const proximo = modelo!.id + 1
    const { status } = await pagar({ pedido_id: proximo, valor: modelo!.total_centavos / 100 })
    assert.equal(status, 201)
    const { pedido } = await sistema.criar({ chave: 'verdadeiro' })
    assert.equal(pedido?.id, proximo)
    assert.equal(pedido.status, 'enviado')
    assert.equal((await sistema.eventos('pagamentos', pedido.id)).length, 1)
  })

  it('o pedido verdadeiro de um número pago com outro valor espera uma pessoa', async () => {
    const { pedido: modelo } = await sistema.criar({ chave: 'outro-modelo' })
    await pagar({ pedido_id: modelo!.id + 1, valor: 0.01 })
    const { pedidoEmAberto } = await sistema.criar({ chave: 'ja-pago' })
    assert.equal(pedidoEmAberto, modelo!.id + 1)
    const { retido } = (await sistema.pedido(pedidoEmAberto as PedidoId)) ?? {}
    assert.equal(retido?.codigo, 'comando_divergente')
  })

  it('os itens que um estranho diz no pagamento não mudam os do pedido', async () => {
    const { pedido: anterior } = await sistema.criar({ chave: 'antes-do-estranho' })
    const id = anterior!.id + 1
    const itens = [{ produto_id: 2, quantidade: 900 }]
    const valor_centavos = anterior!.total_centavos
    const corpo = { pedido_id: id, valor_centavos, itens }
    await sistema.requisitar('pagamentos', 'POST', '/pagamentos', corpo)
    const { pedido } = await sistema.criar({ chave: 'depois-do-estranho' })
    assert.equal(pedido?.id, id)
    assert.equal(pedido.status, 'enviado')
    const { porConferencia } = await sistema.conferir()
    assert.equal(porConferencia.reserva_igual_ao_pedido ?? 0, 0)
  })
})
