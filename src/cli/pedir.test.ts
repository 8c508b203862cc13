// One order from the terminal, against a gateway that does what the test wants.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as esperar } from 'node:timers/promises'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { acompanhar } from './acompanhamento.ts'
import { abrirGatewayDeTeste, CLIENTE, type Roteiro } from './gateway_de_teste.ts'
import type { Gateway } from './gateway_do_cliente.ts'
import { comandoPedir } from './pedir.ts'
import { abrirTerminal } from './terminal_de_teste.ts'

async function pedirEm(t: TestContext, roteiro: Roteiro, ...argumentos: string[]) {
  using terminal = abrirTerminal(t)
  await using gateway = await abrirGatewayDeTeste(roteiro)
  terminal.gravar('estado.json', { pronto: true, gateway: gateway.url, servicos: {} })
  terminal.gravar('credenciais.json', { cliente: CLIENTE })
  const fim = await terminal.executar(comandoPedir, ...argumentos)
  return { ...fim, recebido: gateway.recebido() }
}

test('cada passo aparece uma vez, antes da resposta, e depois o fim do pedido', async (t) => {
  const { codigo, saida, recebido } = await pedirEm(t, {})
  assert.equal(codigo, 0)
  const linhas = saida.split('\n')
  assert.deepEqual(linhas.slice(0, -1), [
    'pedindo 2x1 pix',
    '        0 ms  pedidos     pedido criado',
    '       12 ms  antifraude  análise aprovada',
    '    1.234 ms  pagamentos  pagamento aprovado',
    '    3.000 ms  logistica   envio agendado',
    '    3.010 ms  pedidos     pedido concluído',
  ])
  assert.match(linhas.at(-1) ?? '', /^pedido 1002: enviado · R\$\s123,45 · [\d.]+ ms no total$/)
  assert.match(recebido?.chave ?? '', /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  assert.equal(recebido?.token, 'Bearer abc')
})

test('itens, método, arquitetura e chave vão como foram dados', async (t) => {
  const opcoes = ['--itens', '1x2, 3', '--metodo', 'boleto', '--arquitetura', 'rest']
  const { codigo, recebido } = await pedirEm(t, {}, ...opcoes, '--chave', 'minha')
  assert.equal(codigo, 0)
  const itens = [
    { produto_id: 1, quantidade: 2 },
    { produto_id: 3, quantidade: 1 },
  ]
  assert.deepEqual(recebido?.corpo, { itens, metodo: 'boleto', arquitetura: 'rest' })
  assert.equal(recebido?.chave, 'minha')
})

test('um pedido feito em outro terminal no mesmo instante não é tomado pelo nosso', async (t) => {
  const { codigo, saida } = await pedirEm(t, { alheios: [1_004, 1_003, 1_001] })
  assert.equal(codigo, 0)
  assert.match(saida, /pedido 1002: enviado/)
  assert.equal(saida.match(/pedido criado/g)?.length, 1)
})

for (const status of [202, 503]) {
  test(`${status} com Location: segue até o fim`, async (t) => {
    const responder: Roteiro['responder'] = (resposta) =>
      resposta.writeHead(status, { location: '/pedidos/1002' }).end('{}')
    const { codigo, saida } = await pedirEm(t, { responder, respondeApos: 0 })
    assert.equal(codigo, 0)
    assert.equal(saida.match(/ ms {2}\w/g)?.length, 5)
    assert.match(saida, /pedido 1002: enviado/)
  })
}

test('pedido cancelado: diz o motivo e termina com 0', async (t) => {
  const pedido = { status: 'cancelado', motivo: 'sem_estoque' }
  const { codigo, saida } = await pedirEm(t, { pedido })
  assert.equal(codigo, 0)
  assert.match(saida, /pedido 1002: cancelado \(sem_estoque\) · R\$/)
})

test('pedido retido: diz por quê e termina com 1', async (t) => {
  const retido = { codigo: 'defeito', mensagem: 'Erro interno.', desde: '2026-01-02T03:04:05.000Z' }
  const { codigo, erros } = await pedirEm(t, { pedido: { status: 'pendente', retido } })
  assert.equal(codigo, 1)
  assert.equal(erros, 'o pedido 1002 espera por uma pessoa: Erro interno. (defeito)')
})

test('--json: só o desfecho, com os passos', async (t) => {
  const { codigo, saida } = await pedirEm(t, {}, '--json')
  assert.equal(codigo, 0)
  const { id, status, ms, passos, indisponiveis } = JSON.parse(saida)
  assert.deepEqual([id, status, passos.length, indisponiveis], [1_002, 'enviado', 5, []])
  assert.ok(Number.isInteger(ms))
})

test('erro da API: o detalhe e o código, e termina com 1', async (t) => {
  const problema = { codigo: 'produto_desconhecido', detail: 'Não há o produto 77.' }
  const responder: Roteiro['responder'] = (resposta) =>
    resposta.writeHead(422).end(JSON.stringify(problema))
  const { codigo, saida, erros } = await pedirEm(
    t,
    { responder, respondeApos: 0 },
    '--itens',
    '77x1',
  )
  assert.deepEqual([codigo, erros], [1, 'Não há o produto 77. (produto_desconhecido)'])
  assert.equal(saida, 'pedindo 77x1 pix')
})

test('conexão perdida no meio: diz como repetir sem pedir duas vezes', async (t) => {
  const roteiro: Roteiro = { responder: (resposta) => resposta.destroy(), respondeApos: 0 }
  const { codigo, erros } = await pedirEm(t, roteiro, '--chave', 'minha')
  assert.equal(codigo, 1)
  assert.match(erros, /npm run pedir -- --itens 2x1 --metodo pix --chave minha/)
  assert.match(erros, /O gateway não respondeu em .* \(servico_indisponivel\)/)
})

test('sem nada no ar, ou com um serviço ausente: diz o que fazer e termina com 1', async (t) => {
  using terminal = abrirTerminal(t)
  const ausente = await terminal.executar(comandoPedir)
  const erros = 'quatrovias não está no ar; inicie com npm start'
  assert.deepEqual(ausente, { codigo: 1, saida: '', erros })
  terminal.gravar('estado.json', { pronto: false, gateway: '', servicos: {} })
  const incompleto = await terminal.executar(comandoPedir)
  assert.equal(incompleto.codigo, 1)
  assert.equal(incompleto.erros, 'quatrovias não está pronto; veja npm run situacao')
})

test('argumentos sem sentido: código 2 e o que se espera', async (t) => {
  using terminal = abrirTerminal(t)
  const casos: [string[], RegExp][] = [
    [['--itens', '1x'], /Valor inválido em --itens <lista>: escreva produto x quantidade/],
    [['--itens', '0x1'], /escreva produto x quantidade/],
    [['--metodo', 'fiado'], /use um de: cartao_credito, boleto, pix\./],
    [['--arquitetura', 'memoria'], /use um de: rest/],
    [['--chave', 'é minha'], /Valor inválido em --chave <texto>: use de 1 a 128/],
    [['--chave'], /Falta o valor da opção --chave/],
    [['--nada'], /Opção desconhecida: --nada/],
    [['sobra'], /Argumento inesperado/],
  ]
  for (const [argumentos, esperado] of casos) {
    const { codigo, saida, erros } = await terminal.executar(comandoPedir, ...argumentos)
    assert.deepEqual([codigo, saida], [2, ''])
    assert.match(erros, esperado)
  }
})

test('passado o limite, para de olhar e diz até onde o pedido foi', async () => {
  const passageiro = new ErroDeNegocio('servico_indisponivel')
  const pendente = { id: 7, status: 'pendente' } as Awaited<ReturnType<Gateway['pedido']>>
  const gateway: Gateway = {
    produtos: async () => [],
    pedidos: async () => [],
    pedido: async () => pendente,
    rastro: () => Promise.reject(passageiro),
    pedir: async (_compra, _chave, signal) => esperar(60_000, 7, { signal }),
  }
  const compra = { itens: [], metodo: 'pix' } as const
  const fim = await acompanhar(gateway, compra, 'x', () => undefined, 10)
  assert.equal(fim.pedido, undefined)
  const aceito = { ...gateway, pedir: async () => 7, rastro: async () => fim.rastro }
  assert.equal((await acompanhar(aceito, compra, 'x', () => undefined, 10)).pedido, pendente)
})
