// What runs, seen from outside: a lock held by this very process, and services that are fakes.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type TestContext, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { identificar } from '../infra/supervisao/identidade.ts'
import { travar } from '../infra/supervisao/trava.ts'
import { porProc, porPs } from './medida_do_processo.ts'
import { comandoSituacao } from './situacao.ts'
import { abrirHttp, abrirTerminal } from './terminal_de_teste.ts'

const grupos = {
  ...{ brokers: ['127.0.0.1:9092'], responde: true },
  ...{ atraso: { 'estoque-group': 3, 'fiscal-group': 0 }, mortas_pendentes: 2 },
  particoes_atrasadas: [
    { grupo: 'estoque-group', topico: 'pagamentos_processados', particao: 4, mensagens: 2 },
    { grupo: 'estoque-group', topico: 'nf_rejeitada', particao: 0, mensagens: 1 },
  ],
  aberto_mais_velho_ms: 12_300,
}
const publicacao = { pendentes: 5, idadeMs: 1_500, retidos: 1 }
const respondendo =
  (corpos: Readonly<Record<string, object>>): RequestListener =>
  ({ url = '' }, resposta) => {
    const corpo = corpos[url]
    resposta.writeHead(corpo ? 200 : 404).end(JSON.stringify(corpo ?? {}))
  }
const semKafka = {
  '/readyz': { status: 'pronto' },
  '/interno/situacao': { abertos: 2, retidos: 1 },
}
const pedidos = respondendo(semKafka)
const comKafka = (dos: object) =>
  respondendo({
    ...semKafka,
    '/interno/kafka': { publicacao, leitura: null },
    '/interno/kafka/grupos': dos,
  })
const encerrando: RequestListener = (_requisicao, resposta) => resposta.writeHead(503).end('{}')
const mudo: RequestListener = () => undefined

/** A process that lives as long as we do not let it go. */
function abrirProcesso() {
  const filho = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  return {
    pid: filho.pid ?? 0,
    async [Symbol.asyncDispose]() {
      filho.stdin.end()
      await once(filho, 'exit')
    },
  }
}

async function comServicos(t: TestContext, ...argumentos: string[]) {
  using terminal = abrirTerminal(t)
  await using trava = await travar(terminal.diretorio)
  await using filho = abrirProcesso()
  trava.anotar('pedidos', filho.pid)
  await using atende = await abrirHttp(pedidos)
  await using encerra = await abrirHttp(encerrando)
  await using cala = await abrirHttp(mudo)
  const servicos = {
    pedidos: { rest: atende.url, pid: filho.pid },
    estoque: { rest: encerra.url, pid: process.pid },
    fiscal: { rest: cala.url, pid: process.pid },
    antifraude: { rest: encerra.url },
  }
  terminal.gravar('estado.json', { pronto: true, gateway: atende.url, servicos })
  return { ...(await terminal.executar(comandoSituacao, ...argumentos)), pid: filho.pid }
}

test('cada serviço: endereço, processo e se responde; e os pedidos em aberto', async (t) => {
  const { codigo, saida, pid } = await comServicos(t)
  assert.equal(codigo, 0)
  assert.match(saida, new RegExp(`supervisor: processo ${process.pid}, no ar há \\d+ (s|min)`))
  assert.match(
    saida,
    new RegExp(`\n  pedidos +http://127.0.0.1:\\d+ +${pid} +pronto +\\d+ s +\\d+ MB\n`),
  )
  for (const nome of ['estoque', 'fiscal', 'antifraude']) {
    assert.match(saida, new RegExp(`\n  ${nome} .*sem processo`))
  }
  assert.doesNotMatch(saida, /logistica/, 'o que outro faz não é nosso para mostrar')
  assert.match(saida, /pedidos em aberto: 2 · retidos: 1 · memória: \d+ MB$/)
})

test('--json: o mesmo para programas; quem cala não está pronto', async (t) => {
  const { codigo, saida, pid } = await comServicos(t, '--json')
  assert.equal(codigo, 0)
  const { supervisor, processos, pedidos, kafka, memoria_mb } = JSON.parse(saida)
  assert.equal(supervisor.pid, process.pid)
  assert.equal(kafka, null, 'quem não tem Kafka não fala dele')
  assert.deepEqual(pedidos, { abertos: 2, retidos: 1 })
  const prontos = processos.filter((um: { pronto: boolean }) => um.pronto)
  assert.deepEqual(
    prontos.map((um: { nome: string; pid: number | null }) => [um.nome, um.pid]),
    [
      ['pedidos', pid],
      ['gateway', null],
    ],
  )
  const [dele] = prontos
  assert.ok(Math.abs(memoria_mb - supervisor.memoria_mb - dele.memoria_mb) < 0.2)
  assert.ok(Math.abs(Date.now() - Date.parse(dele.desde)) < 60_000)
})

for (const [nome, dos, esperado] of [
  [
    'o Kafka: se responde, o que falta publicar e ler, onde mais, e as mortas',
    grupos,
    [
      '  pedidos em aberto: 2 (pelo Kafka, o mais velho há 12 s) · retidos: 1 · memória',
      '  kafka em 127.0.0.1:9092: responde · mensagens mortas: 2',
      '  eventos a publicar: 5 (o mais velho há 2 s) · recusados pelo Kafka: 1',
      '  mensagens a ler: estoque-group 3 · fiscal-group 0',
      '  partição mais atrasada: 4 de pagamentos_processados, com 2 para estoque-group',
    ],
  ],
  [
    'sem nada por ler, e sem pedido aberto pelo Kafka, não se fala de partição nem de idade',
    {
      ...{ ...grupos, particoes_atrasadas: [], aberto_mais_velho_ms: 0 },
      atraso: { 'estoque-group': 0 },
    },
    [
      '  pedidos em aberto: 2 · retidos: 1 · memória',
      '  kafka em 127.0.0.1:9092: responde · mensagens mortas: 2',
      '  eventos a publicar: 5 (o mais velho há 2 s) · recusados pelo Kafka: 1',
      '  mensagens a ler: estoque-group 0',
    ],
  ],
  [
    'com o Kafka fora, o que falta publicar e a idade se sabem, e o que falta ler não',
    {
      ...{ ...grupos, responde: false, atraso: null, particoes_atrasadas: null },
      aberto_mais_velho_ms: 7_200_000,
    },
    [
      '  pedidos em aberto: 2 (pelo Kafka, o mais velho há 2 h) · retidos: 1 · memória',
      '  kafka em 127.0.0.1:9092: não responde · mensagens mortas: 2',
      '  eventos a publicar: 5 (o mais velho há 2 s) · recusados pelo Kafka: 1',
      '  mensagens a ler: sem resposta',
    ],
  ],
] as const) {
  test(nome, async (t) => {
    using terminal = abrirTerminal(t)
    await using _trava = await travar(terminal.diretorio)
    await using http = await abrirHttp(comKafka(dos))
    const servicos = { pedidos: { rest: http.url, pid: process.pid } }
    terminal.gravar('estado.json', { pronto: true, gateway: http.url, servicos })
    const { saida } = await terminal.executar(comandoSituacao)
    const texto = stripVTControlCharacters(saida).replace(/ memória: .*/, ' memória')
    assert.deepEqual(texto.split('\n').slice(-esperado.length), esperado)
    const { saida: emJson } = await terminal.executar(comandoSituacao, '--json')
    const { kafka } = JSON.parse(emJson)
    assert.partialDeepStrictEqual(kafka, {
      ...dos,
      saida: { pedidos: { pendentes: 5, idade_ms: 1_500, retidos: 1 }, estoque: null },
    })
  })
}

test('com --junto a memória do processo de todos conta uma vez', async (t) => {
  using terminal = abrirTerminal(t)
  await using _trava = await travar(terminal.diretorio)
  await using http = await abrirHttp(pedidos)
  const servico = { rest: http.url, pid: process.pid }
  const servicos = { pedidos: servico, estoque: servico }
  terminal.gravar('estado.json', { pronto: true, gateway: http.url, servicos })
  const { saida } = await terminal.executar(comandoSituacao, '--json')
  const { supervisor, processos, memoria_mb } = JSON.parse(saida)
  assert.ok(processos.every((um: { pid: number }) => um.pid === process.pid))
  // It grows between one look and the next.
  assert.ok(memoria_mb < supervisor.memoria_mb * 1.5)
})

test('nada em execução: diz onde procurou e termina com 1', async (t) => {
  using terminal = abrirTerminal(t)
  const { codigo, saida, erros } = await terminal.executar(comandoSituacao)
  assert.deepEqual([codigo, saida, erros], [1, '', `nada em execução em ${terminal.diretorio}`])
})

test('supervisor morto com filhos vivos: manda parar', async (t) => {
  using terminal = abrirTerminal(t)
  await using filho = abrirProcesso()
  const filhos = [{ nome: 'pedidos', ...identificar(filho.pid) }]
  terminal.gravar('supervisor.json', { pid: process.pid, inicio: 'de outra vida', filhos })
  const { codigo, erros } = await terminal.executar(comandoSituacao)
  assert.equal(codigo, 1)
  assert.equal(erros, 'o supervisor terminou, mas não os seus processos (1); use npm run parar')
})

test('/proc e ps dizem o mesmo do mesmo processo', {
  skip: process.platform !== 'linux' && 'só Linux tem os dois',
}, async () => {
  const [proc, ps] = await Promise.all([porProc(process.pid), porPs(process.pid)])
  assert.ok(Math.abs(Date.parse(proc.desde ?? '') - Date.parse(ps.desde ?? '')) <= 2_000)
  assert.ok((proc.memoria_mb ?? 0) > 10 && (ps.memoria_mb ?? 0) >= (proc.memoria_mb ?? 0))
  assert.deepEqual(await porPs(2 ** 30), { memoria_mb: null, desde: null })
  assert.deepEqual(await porProc(2 ** 30), { memoria_mb: null, desde: null })
})
