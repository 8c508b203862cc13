// The audited messages from the terminal, against a gateway that does what the test wants.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ContagemDaParticao, MensagemNaLista } from '../contratos/mensagens_auditadas.ts'
import { mandarComoOperador, type Responder } from './gateway_do_operador_de_teste.ts'
import { comandoMensagens } from './mensagens.ts'
import { abrirTerminal } from './terminal_de_teste.ts'

const mandar = (t: TestContext, responder: Responder, ...argumentos: string[]) =>
  mandarComoOperador(t, comandoMensagens, responder, argumentos)
const texto = (conteudo: string) => ({ codificacao: 'utf8', conteudo }) as const
const mensagem = (id: number, mudancas: Partial<MensagemNaLista> = {}): MensagemNaLista => ({
  ...{ id, topico: 'nf_emitida', particao: 2, offset: '7', evento: '1001/EmitirNota' },
  ...{ instante: '2026-01-02T03:04:06.000Z', pedido_id: 1_001, chave: texto('1001') },
  ...{ trecho: texto('{"pedido_id":1001}'), tamanho: 18, ...mudancas },
})
const pagina = (proximo: number | null, ...mensagens: MensagemNaLista[]) => ({
  ...{ mensagens, proximo },
})

test('sem ato, lista: uma linha por mensagem, com o começo do valor', async (t) => {
  const hostil = { evento: null, pedido_id: null, trecho: texto('\u001b[2J'.padEnd(100, 'x')) }
  const responder = () => pagina(null, mensagem(9, hostil), mensagem(8))
  const { codigo, saida, recebidos } = await mandar(t, responder)
  assert.equal(codigo, 0)
  assert.deepEqual(recebidos, ['GET /operacao/mensagens?limite=20'])
  const [, ...linhas] = saida.split('\n')
  const onde = '2026-01-02T03:04:06.000Z +nf_emitida/2/7'
  assert.match(linhas[0] ?? '', new RegExp(`^ {2}9 +${onde} +– +– +\\\\u001b\\[2Jx{56}$`))
  const resto = '1001 +1001/EmitirNota +\\{"pedido_id":1001\\}'
  assert.match(linhas[1] ?? '', new RegExp(`^ {2}8 +${onde} +${resto}$`))
})

test('os filtros são levados, e cada instante é dito em UTC', async (t) => {
  const filtros = ['--pedido', '1001', '--topico', 'nf_emitida', '--texto', 'a&b']
  const tempo = ['--desde', '2026-01-02T00:00-03:00', '--ate', '2026-01-03']
  const outros = ['--limite', '5', '--antes-de', '9']
  const pedido = ['listar', ...filtros, ...tempo, ...outros]
  const { codigo, saida, recebidos } = await mandar(t, () => pagina(null), ...pedido)
  assert.deepEqual([codigo, saida], [0, 'nenhuma mensagem encontrada'])
  const busca = new URLSearchParams({
    ...{ limite: '5', antes_de: '9', pedido: '1001', topico: 'nf_emitida' },
    ...{ desde: '2026-01-02T03:00:00.000Z', ate: '2026-01-03T00:00:00.000Z', texto: 'a&b' },
  })
  assert.deepEqual(recebidos, [`GET /operacao/mensagens?${busca}`])
})

test('a procura que parou no meio continua, até encher a lista', async (t) => {
  const paginas = [pagina(70), pagina(60, mensagem(65)), pagina(50, mensagem(55))]
  const responder = () => paginas.shift() ?? 500
  const { saida, recebidos } = await mandar(t, responder, '--texto', 'x', '--limite', '2')
  assert.deepEqual(recebidos, [
    'GET /operacao/mensagens?limite=2&texto=x',
    'GET /operacao/mensagens?limite=2&antes_de=70&texto=x',
    'GET /operacao/mensagens?limite=1&antes_de=60&texto=x',
  ])
  assert.match(saida, /\n {2}para as seguintes: --antes-de 50$/)
})

test('mostrar: a chave, os cabeçalhos e o valor, e o que falta dele', async (t) => {
  const { trecho: valor, ...resto } = mensagem(8, { tamanho: 70_000 })
  const inteira = {
    ...{ ...resto, valor, cortado: true, auditada_em: '2026-01-02T03:04:06.020Z' },
    cabecalhos: [
      { nome: 'ce_id', valor: texto('1001/EmitirNota') },
      { nome: 'x', valor: { codificacao: 'base64', conteudo: '//4=' } },
    ],
  }
  const lugar = ['nf_emitida', '2', '7']
  const { codigo, saida, recebidos } = await mandar(t, () => inteira, 'mostrar', ...lugar)
  assert.equal(codigo, 0)
  assert.deepEqual(recebidos, ['GET /operacao/mensagens/nf_emitida/2/7'])
  assert.match(saida, /^mensagem nf_emitida\/2\/7\n/)
  assert.match(saida, / ce_id +1001\/EmitirNota\n +x +\/\/4= \(base64\)\n/)
  assert.match(saida, /tamanho +70\.000 bytes, dos quais só o começo ficou guardado\n/)
  assert.match(saida, /valor +\{"pedido_id":1001\}$/)
})

const contagem = (mudancas: Partial<ContagemDaParticao>): ContagemDaParticao => ({
  ...{ topico: 'nf_emitida', particao: 0, auditadas: 10, primeiro: 0, ultimo: 9, fim: 10 },
  ...{ faltam: 0, compactado: false, ...mudancas },
})
const vazia = contagem({ particao: 1, auditadas: 0, primeiro: null, ultimo: null, fim: 0 })
const compactada = contagem({ topico: 'produtos_alterados', faltam: null, compactado: true })

test('contar: as que batem, e termina com 0; o compactado não se compara', async (t) => {
  const { codigo, saida } = await mandar(t, () => [contagem({}), vazia, compactada], 'contar')
  assert.equal(codigo, 0)
  const linhas = saida.split('\n').slice(1)
  assert.equal(linhas.length, 2)
  assert.match(linhas[0] ?? '', /^ {2}nf_emitida +0 +10 +0 +9 +10$/)
  assert.match(linhas[1] ?? '', /^ {2}produtos_alterados .* compactado$/)
})

test('contar: o que não bate é marcado, e termina com 1', async (t) => {
  const casos = [
    [contagem({ fim: 12, faltam: 2 }), /faltam 2$/],
    [{ ...vazia, fim: 3, faltam: 3 }, / 0 +– +– +3 +faltam 3$/],
    [contagem({ faltam: -1 }), /1 a mais$/],
    [contagem({ fim: null, faltam: null }), /– +o Kafka não diz o fim agora$/],
  ] as const
  for (const [uma, esperada] of casos) {
    const { codigo, saida } = await mandar(t, () => [contagem({ particao: 4 }), uma], 'contar')
    assert.equal(codigo, 1)
    assert.match(saida, esperada)
  }
})

test('--json: o que o gateway disse', async (t) => {
  const { saida } = await mandar(t, () => pagina(5, mensagem(8)), '--limite', '1', '--json')
  assert.deepEqual(JSON.parse(saida), pagina(5, mensagem(8)))
  const contadas = await mandar(t, () => [vazia], 'contar', '--json')
  assert.deepEqual([contadas.codigo, JSON.parse(contadas.saida)], [0, [vazia]])
})

test('a recusa do gateway é dita com o seu código, e termina com 1', async (t) => {
  const { codigo, erros } = await mandar(t, () => 503, 'contar')
  assert.equal(codigo, 1)
  assert.match(erros, /\(servico_indisponivel\)$/)
})

test('mal pedido: termina com 2 e nada é enviado', async (t) => {
  const maus = [
    ['apagar'],
    ['contar', 'nf_emitida'],
    ['mostrar'],
    ['mostrar', 'nf_emitida', '2'],
    ['mostrar', 'x', '2', '7'],
    ['mostrar', 'nf_emitida', '-2', '7'],
    ['--limite', '0'],
    ['--limite', '201'],
    ['--desde', 'ontem'],
    ['--topico', 'x'],
  ]
  for (const mau of maus) {
    const { codigo, erros, recebidos } = await mandar(t, () => pagina(null), ...mau)
    assert.deepEqual([codigo, recebidos], [2, []], mau.join(' '))
    assert.match(erros, /Para ver as opções: npm start -- mensagens --help$/)
  }
})

test('nada no ar: diz o que fazer e termina com 1', async (t) => {
  using terminal = abrirTerminal(t)
  const parado = await terminal.executar(comandoMensagens)
  assert.deepEqual([parado.codigo, /npm start/.test(parado.erros)], [1, true])
})
