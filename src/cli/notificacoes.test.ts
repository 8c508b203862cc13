// The notices from the terminal, against a gateway that does what the test wants.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { comandoNotificacoes } from './notificacoes.ts'
import { abrirHttp, abrirTerminal } from './terminal_de_teste.ts'

const OPERADOR = { email: 'operador@exemplo.com', senha: 'segredo' }
const ENVIADA = {
  ...{ id: 7, pedido_id: 1_001, cliente_id: 3, status: 'enviado', canal: 'registro' },
  ...{ instante: '2026-01-02T03:04:06.000Z', estado: 'enviado', tentativas: 0, proxima_em: null },
  ...{ encerrada_em: '2026-01-02T03:04:07.000Z', erro: null },
}
const DESISTIDA = {
  ...{ ...ENVIADA, id: 8, canal: 'smtp', estado: 'desistiu', tentativas: 1 },
  erro: '550 não há',
}
const PENDENTE = {
  ...{ ...DESISTIDA, id: 9, estado: 'pendente', tentativas: 2, encerrada_em: null },
  ...{ proxima_em: '2026-01-02T03:05:00.000Z', erro: 'fora do ar' },
}

async function mandar(t: TestContext, resposta: object | number, ...argumentos: string[]) {
  const recebidos: string[] = []
  const responderA = async (requisicao: IncomingMessage): Promise<object | number> => {
    const corpo = await text(requisicao)
    if (requisicao.url === '/auth/login') {
      return corpo === JSON.stringify(OPERADOR) ? { token: 'abc' } : 401
    }
    if (requisicao.headers.authorization !== 'Bearer abc') return 401
    recebidos.push(`${requisicao.method} ${requisicao.url} ${corpo}`.trim())
    return resposta
  }
  await using http = await abrirHttp((requisicao, saida) => {
    responderA(requisicao).then((dito) => {
      saida.writeHead(typeof dito === 'number' ? dito : 200, { 'content-type': 'application/json' })
      saida.end(JSON.stringify(dito))
    })
  })
  using terminal = abrirTerminal(t)
  terminal.gravar('estado.json', { pronto: true, gateway: http.url, servicos: {} })
  terminal.gravar('credenciais.json', { operador: OPERADOR })
  return { ...(await terminal.executar(comandoNotificacoes, ...argumentos)), recebidos }
}

test('listar: uma linha por notificação, com o porquê das que não saíram', async (t) => {
  const { codigo, saida, recebidos } = await mandar(t, [PENDENTE, DESISTIDA, ENVIADA], 'listar')
  assert.equal(codigo, 0)
  assert.deepEqual(recebidos, ['GET /operacao/notificacoes?limite=100'])
  const [, ...linhas] = saida.split('\n')
  const quando = '2026-01-02T03:04:06.000Z'
  const proxima = '2 tentativas, a próxima em 2026-01-02T03:05:00.000Z: fora do ar'
  assert.match(
    linhas[0] ?? '',
    new RegExp(`^9 +1001 +enviado +smtp +${quando} +pendente +${proxima}$`),
  )
  assert.match(
    linhas[1] ?? '',
    new RegExp(`^8 +1001 +enviado +smtp +${quando} +desistiu +550 não há$`),
  )
  assert.match(linhas[2] ?? '', new RegExp(`^7 +1001 +enviado +registro +${quando} +enviado$`))
})

test('listar leva os filtros, e sem nenhuma diz que não há', async (t) => {
  const filtros = ['--pedido', '1001', '--estado', 'desistiu']
  const { codigo, saida, recebidos } = await mandar(t, [], 'listar', ...filtros)
  assert.deepEqual([codigo, saida], [0, 'nenhuma notificação'])
  const busca = 'limite=100&pedido_id=1001&estado=desistiu'
  assert.deepEqual(recebidos, [`GET /operacao/notificacoes?${busca}`])
})

test('--json: o que o gateway disse', async (t) => {
  const { codigo, saida } = await mandar(t, [ENVIADA], 'listar', '--json')
  assert.deepEqual([codigo, JSON.parse(saida)], [0, [ENVIADA]])
})

test('reenviar leva o que se pediu e diz quantas; nenhuma termina com 1', async (t) => {
  const { codigo, saida, recebidos } = await mandar(t, { reenviadas: 4 }, 'reenviar', '1001')
  assert.deepEqual([codigo, saida], [0, '4 notificações voltam à espera e sairão de novo'])
  assert.deepEqual(recebidos, ['POST /operacao/notificacoes/reenviar {"pedido_id":1001}'])
  const uma = ['reenviar', '1001', '--status', 'enviado', '--canal', 'smtp']
  const outra = await mandar(t, { reenviadas: 1 }, ...uma)
  assert.equal(outra.saida, 'uma notificação volta à espera e sairá de novo')
  const corpo = '{"pedido_id":1001,"status":"enviado","canal":"smtp"}'
  assert.deepEqual(outra.recebidos, [`POST /operacao/notificacoes/reenviar ${corpo}`])
  const nenhuma = await mandar(t, { reenviadas: 0 }, 'reenviar', '9')
  assert.deepEqual([nenhuma.codigo, nenhuma.saida], [1, 'não há o que reenviar'])
})

test('a recusa do gateway é dita com o seu código, e termina com 1', async (t) => {
  const { codigo, erros } = await mandar(t, 503, 'listar')
  assert.equal(codigo, 1)
  assert.match(erros, /\(servico_indisponivel\)$/)
})

test('mal pedido: termina com 2 e nada é enviado', async (t) => {
  const maus = [
    [],
    ['apagar'],
    ['listar', '7'],
    ['listar', '--estado', 'x'],
    ['listar', '--canal', 'smtp'],
    ['reenviar'],
    ['reenviar', '0'],
    ['reenviar', '7', '--status', 'x'],
    ['reenviar', '7', '--estado', 'desistiu'],
  ]
  for (const mau of maus) {
    const { codigo, erros, recebidos } = await mandar(t, [], ...mau)
    assert.deepEqual([codigo, recebidos], [2, []], mau.join(' '))
    assert.match(erros, /Para ver as opções: npm start -- notificacoes --help$/)
  }
})

test('nada no ar, ou sem credenciais: diz o que fazer e termina com 1', async (t) => {
  using terminal = abrirTerminal(t)
  const parado = await terminal.executar(comandoNotificacoes, 'listar')
  assert.deepEqual([parado.codigo, /npm start/.test(parado.erros)], [1, true])
  terminal.gravar('estado.json', { pronto: true, gateway: 'http://127.0.0.1:9', servicos: {} })
  const anonimo = await terminal.executar(comandoNotificacoes, 'listar')
  assert.deepEqual([anonimo.codigo, /credenciais\.json/.test(anonimo.erros)], [1, true])
})
