// The dead letters from the terminal, against a gateway that does what the test wants.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { mandarComoOperador, type Responder } from './gateway_do_operador_de_teste.ts'
import { comandoMortas } from './mortas.ts'
import { abrirTerminal } from './terminal_de_teste.ts'

const MORTA = {
  ...{ id: 7, grupo: 'estoque-group', topico: 'pagamentos_processados', particao: 2 },
  ...{ offset: '41', codigo: 'mensagem_invalida', detalhe: 'A palavra não é conhecida: pago.' },
  ...{ passageira: false, pedido_id: 1_001, instante: '2026-01-02T03:04:06.000Z' },
  ...{ recusa: null, reenviada_em: null },
}

const mandar = (t: TestContext, responder: Responder, ...argumentos: string[]) =>
  mandarComoOperador(t, comandoMortas, responder, argumentos)

test('listar: uma linha por mensagem, com onde estava e a causa', async (t) => {
  const passageira = { ...MORTA, id: 8, pedido_id: null, passageira: true }
  const reenviada = { ...MORTA, id: 6, reenviada_em: '2026-01-02T04:00:00.000Z' }
  const { codigo, saida } = await mandar(t, () => [passageira, MORTA, reenviada], 'listar')
  assert.equal(codigo, 0)
  const [, ...linhas] = saida.split('\n')
  const onde = '2026-01-02T03:04:06.000Z +estoque-group +pagamentos_processados/2/41'
  assert.match(linhas[0] ?? '', new RegExp(`^8 +${onde} +– +mensagem_invalida +passageira: será`))
  assert.match(linhas[1] ?? '', new RegExp(`^7 +${onde} +1001 +mensagem_invalida +pendente$`))
  assert.match(linhas[2] ?? '', / reenviada em 2026-01-02T04:00:00.000Z$/)
})

test('listar leva os filtros, e sem nenhuma diz que não há', async (t) => {
  const filtros = ['--grupo', 'fiscal-group', '--topico', 'nf_emitida', '--pedido', '1001']
  const pagina = ['--pendentes', '--limite', '5', '--antes-de', '9']
  const { codigo, saida, recebidos } = await mandar(t, () => [], 'listar', ...filtros, ...pagina)
  assert.deepEqual([codigo, saida], [0, 'nenhuma mensagem morta'])
  const busca =
    'limite=5&grupo=fiscal-group&topico=nf_emitida&pedido_id=1001&antes_de=9&pendentes=true'
  assert.deepEqual(recebidos, [`GET /operacao/mortas?${busca}`])
})

test('mostrar: o que trazia, sem obedecer ao que move o cursor', async (t) => {
  const hostil = { codificacao: 'utf8', conteudo: '{"a":"\u001b[2J\u202e\u009b"}' }
  const cabecalhos = [{ nome: 'ce_id', valor: { codificacao: 'utf8', conteudo: '1001/x' } }]
  const valor = { codificacao: 'base64', conteudo: '//4=' }
  const inteira = { ...MORTA, chave: hostil, valor, cabecalhos }
  const { codigo, saida, recebidos } = await mandar(t, () => inteira, 'mostrar', '7')
  assert.equal(codigo, 0)
  assert.deepEqual(recebidos, ['GET /operacao/mortas/7'])
  assert.match(saida, /causa +mensagem_invalida: A palavra não é conhecida: pago\.\n/)
  assert.match(saida, /chave +\{"a":"\\u001b\[2J\\u202e\\u009b"\}\n/)
  assert.match(saida, / ce_id +1001\/x\n/)
  assert.match(saida, /valor +\/\/4= \(base64\)$/)
})

test('--json: o que o gateway disse', async (t) => {
  const { codigo, saida } = await mandar(t, () => [MORTA], 'listar', '--json')
  assert.deepEqual([codigo, JSON.parse(saida)], [0, [MORTA]])
})

test('reenviar uma diz aonde foi', async (t) => {
  const { codigo, saida, recebidos } = await mandar(t, () => MORTA, 'reenviar', '7')
  const dito = 'reenviada a mensagem 7, ao tópico pagamentos_processados'
  assert.deepEqual([codigo, saida], [0, dito])
  assert.deepEqual(recebidos, ['POST /operacao/mortas/7/reenviar {}'])
})

test('reenviar todas são as que havia, e não as que morrem de novo', async (t) => {
  // All of them die again at once, so that as many wait after each call as before.
  const responder = () => ({ reenviadas: 1_000, recusadas: 0, restam: 2_500 })
  const { codigo, saida, recebidos } = await mandar(t, responder, 'reenviar', '--todas')
  assert.deepEqual([codigo, saida], [0, 'reenviadas: 4000 · recusadas: 0 · ainda pendentes: 2500'])
  assert.deepEqual(
    recebidos,
    Array.from({ length: 4 }, () => 'POST /operacao/mortas/reenviar {"limite":1000}'),
  )
})

test('reenviar as de um grupo, com uma recusada: termina com 1', async (t) => {
  const responder = () => ({ reenviadas: 2, recusadas: 1, restam: 1 })
  const grupo = ['--grupo', 'estoque-group', '--json']
  const vezes: number[] = []
  const uma: Responder = (pedido, corpo) => {
    vezes.push(vezes.length)
    assert.equal(corpo.grupo, 'estoque-group', pedido)
    return vezes.length === 1 ? responder() : { reenviadas: 0, recusadas: 0, restam: 1 }
  }
  const { codigo, saida } = await mandar(t, uma, 'reenviar', ...grupo)
  assert.deepEqual([codigo, JSON.parse(saida)], [1, responder()])
})

test('a recusa do gateway é dita com o seu código, e termina com 1', async (t) => {
  const { codigo, erros } = await mandar(t, () => 503, 'reenviar', '7')
  assert.equal(codigo, 1)
  assert.match(erros, /\(servico_indisponivel\)$/)
})

test('mal pedido: termina com 2 e nada é enviado', async (t) => {
  const maus = [
    [],
    ['apagar'],
    ['listar', '7'],
    ['listar', '--limite', '101'],
    ['listar', '--grupo', 'x'],
    ['mostrar'],
    ['mostrar', '0'],
    ['reenviar'],
    ['reenviar', '7', '--todas'],
    ['reenviar', '--todas', '--grupo', 'estoque-group'],
  ]
  for (const mau of maus) {
    const { codigo, erros, recebidos } = await mandar(t, () => [], ...mau)
    assert.deepEqual([codigo, recebidos], [2, []], mau.join(' '))
    assert.match(erros, /Para ver as opções: npm start -- mortas --help$/)
  }
})

test('nada no ar, ou sem credenciais: diz o que fazer e termina com 1', async (t) => {
  using terminal = abrirTerminal(t)
  const parado = await terminal.executar(comandoMortas, 'listar')
  assert.deepEqual([parado.codigo, /npm start/.test(parado.erros)], [1, true])
  terminal.gravar('estado.json', { pronto: true, gateway: 'http://127.0.0.1:9', servicos: {} })
  const anonimo = await terminal.executar(comandoMortas, 'listar')
  assert.deepEqual([anonimo.codigo, /credenciais\.json/.test(anonimo.erros)], [1, true])
})
