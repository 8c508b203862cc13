// A message that nobody can handle, from its death to the end of its order, as an operator sees it:
// terminal, gateway, pedidos and a broker, all real. And the topics, from the terminal.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, type TestContext, test } from 'node:test'
import { criarSaida, type Saida } from '../../src/arquiteturas/kafka/outbound.ts'
import { comAdmin } from '../../src/arquiteturas/kafka/topicos.ts'
import { comandoMortas } from '../../src/cli/mortas.ts'
import { abrirTerminal } from '../../src/cli/terminal_de_teste.ts'
import { comandoTopicos } from '../../src/cli/topicos.ts'
import { SERVICOS } from '../../src/contratos/ids.ts'
import { abrirGateway } from '../../src/gateway/gateway.ts'
import { credenciaisDe } from '../../src/gateway/gateway_de_teste.ts'
import type { MortaNaLista } from '../../src/servicos/pedidos/mortas_guardadas.ts'
import { ate } from '../ate.ts'
import { umItem } from '../contrato/sistema.ts'
import { abrirServicos, criarRequisitar, type Requisitar } from '../contrato/sistema_http.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'

const LIMITE_MS = 15_000
const skip = faltaKafka()
const pilha = new AsyncDisposableStack()

let broker: BrokerDeTeste
let saida: Saida
let servicos: Awaited<ReturnType<typeof abrirServicos>> & { readonly requisitar: Requisitar }
let gateway: string

async function levantarTudo() {
  const ambiente = { KAFKA_BROKERS: broker.endereco, QUATROVIAS_ARQUITETURAS: 'kafka,rest' }
  const abertos = await abrirServicos('kafka', ambiente, {}, {}, pilha)
  const { configuracao } = abertos.bancos
  servicos = { ...abertos, requisitar: criarRequisitar(abertos.enderecos.rest, 'kafka', pilha) }
  gateway = pilha.use(await abrirGateway(configuracao, abertos.enderecos.rest, 0)).url
}
before(async () => {
  if (skip) return
  broker = pilha.use(await abrirBrokerDeTeste())
  saida = pilha.use(criarSaida(broker.conexao, 'teste'))
})
/** Those of our own broker, but for how long so many take to make. */
process.env.KAFKA_PARTICOES = '2'
after(() => pilha.disposeAsync())

/** In a directory where the system runs, as `npm start` would leave it. */
async function noTerminal(t: TestContext, comando: typeof comandoMortas, ...argumentos: string[]) {
  using terminal = abrirTerminal(t)
  const estado = { pronto: true, gateway, servicos: {}, kafka: broker.endereco }
  terminal.gravar('estado.json', estado)
  if (servicos) terminal.gravar('credenciais.json', credenciaisDe(servicos.bancos.configuracao))
  return terminal.executar(comando, ...argumentos)
}
async function mortas(t: TestContext, ...filtros: string[]): Promise<MortaNaLista[]> {
  const { codigo, saida, erros } = await noTerminal(
    t,
    comandoMortas,
    'listar',
    '--json',
    ...filtros,
  )
  assert.equal(codigo, 0, erros)
  return JSON.parse(saida)
}

async function pedir(chave: string): Promise<number> {
  const corpo = { cliente_id: 1, itens: umItem(), metodo: 'pix' }
  const cabecalhos = { 'idempotency-key': chave }
  const { status, corpo: r } = await servicos.requisitar(
    ...(['pedidos', 'POST', '/pedidos', corpo, cabecalhos] as const),
  )
  assert.equal(status, 202)
  return r.id
}
const ver = async (id: number) =>
  (await servicos.requisitar('pedidos', 'GET', `/pedidos/${id}`)).corpo
const enviado = (id: number) =>
  ate(async () => (await ver(id)).status === 'enviado', LIMITE_MS, `o pedido ${id} termina`)
const mensagensEm = async (t: TestContext, topico: string): Promise<number> => {
  const { saida } = await noTerminal(t, comandoTopicos, 'descrever', topico, '--json')
  const { particoes } = JSON.parse(saida) as { particoes: { inicio: number; fim: number }[] }
  return particoes.reduce((soma, { inicio, fim }) => soma + fim - inicio, 0)
}

/** Its database refuses any nota: a defect, until somebody mends it. */
async function emFiscal(sql: string): Promise<void> {
  await servicos.derrubar('fiscal')
  {
    using db = new DatabaseSync(join(servicos.bancos.configuracao.diretorio, 'dados', 'fiscal.db'))
    db.exec(sql)
  }
  await servicos.levantar('fiscal')
}

test('topicos: lista os que faltam, cria-os, e usa como é o que já existe', { skip }, async (t) => {
  const { conexao } = broker
  await comAdmin(conexao, (admin) => admin.createTopics({ topics: ['vendas'], partitions: 1 }))
  const antes = await noTerminal(t, comandoTopicos, 'listar')
  assert.match(antes.saida, /\n {2}vendas +vendas +1 +1 +0\n/)
  assert.match(antes.saida, /\n {2}nf_emitida +nf_emitida +não existe\n/)
  assert.equal(antes.codigo, 0)
  const criado = await noTerminal(t, comandoTopicos, 'criar')
  assert.equal(criado.erros, '')
  assert.match(criado.saida, /^criados: .*pedidos_criados/)
  assert.doesNotMatch(criado.saida, /vendas(?!-group)/)
  const depois = await noTerminal(t, comandoTopicos, 'listar')
  assert.doesNotMatch(depois.saida, /não existe/)
  assert.match(depois.saida, /\n {2}vendas +vendas +1 +1 +0\n/)
  assert.match(depois.saida, /\n {2}nf_emitida +nf_emitida +2 +1 +0\n/)
  const outra = await noTerminal(t, comandoTopicos, 'criar')
  assert.deepEqual([outra.codigo, outra.saida], [0, 'não faltava nenhum'])
})

test('a mensagem que mata: listada com a causa, e reenviada depois do conserto', {
  skip,
}, async (t) => {
  await levantarTudo()
  await emFiscal(`create trigger quebrada before insert on notas_fiscais
    begin select raise(abort, 'numeração quebrada'); end`)
  const id = await pedir('presa')
  const retido = async () => (await ver(id)).retido
  assert.equal((await ate(retido, LIMITE_MS, 'o pedido fica retido')).codigo, 'defeito')
  const [morta, ...outras] = await mortas(t, '--pendentes')
  assert.deepEqual(outras, [])
  const { grupo, topico, pedido_id, codigo, passageira } = morta!
  const esperada = ['fiscal-group', 'estoque_separado', id, 'defeito', false]
  assert.deepEqual([grupo, topico, pedido_id, codigo, passageira], esperada)
  const mostrada = await noTerminal(t, comandoMortas, 'mostrar', String(morta!.id))
  assert.match(mostrada.saida, new RegExp(`estoque_separado/${morta!.particao}/${morta!.offset} `))
  assert.match(mostrada.saida, new RegExp(`chave +${id}\n`))
  assert.match(mostrada.saida, new RegExp(`valor +\\{.*"pedido_id":${id}`))
  assert.doesNotMatch(mostrada.saida, /morta_/)

  const cedo = await noTerminal(t, comandoMortas, 'reenviar', String(morta!.id))
  assert.equal(cedo.codigo, 0, cedo.erros)
  const denovo = async () => (await mortas(t, '--pendentes')).find((uma) => uma.id !== morta!.id)
  const segunda = await ate(denovo, LIMITE_MS, 'sem conserto, ela morre de novo')
  assert.ok(await retido(), 'e o pedido continua à espera')

  await emFiscal('drop trigger quebrada')
  const tarde = await noTerminal(t, comandoMortas, 'reenviar', '--grupo', 'fiscal-group')
  assert.deepEqual(
    [tarde.codigo, tarde.saida],
    [0, 'reenviadas: 1 · recusadas: 0 · ainda pendentes: 0'],
  )
  await enviado(id)
  assert.equal(await retido(), undefined)
  assert.ok((await mortas(t)).find((uma) => uma.id === segunda.id)?.reenviada_em)
})

test('o lixo sem pedido é listado e não segura ninguém', { skip }, async (t) => {
  const valor = Buffer.from([0xff, 0x00, 0x1b])
  const cabecalhos = new Map([[Buffer.from('x'), Buffer.from('y')]])
  for (const topico of ['pagamentos_processados', 'nf_emitida']) {
    await saida.mandar([{ topico, chave: undefined, valor, cabecalhos }])
  }
  await enviado(await pedir('depois-do-lixo'))
  const lixo = async () => {
    const pendentes = await mortas(t, '--pendentes')
    return pendentes.length === 4 ? pendentes : undefined
  }
  const achado = await ate(lixo, LIMITE_MS, 'um de cada grupo que lê os dois tópicos')
  const ditos = achado.map(({ grupo, codigo, pedido_id }) => [grupo, codigo, pedido_id])
  const grupos = ['estoque-group', 'logistica-group', 'pedidos-group', 'pedidos-group']
  assert.deepEqual(
    ditos.toSorted(),
    grupos.map((grupo) => [grupo, 'mensagem_invalida', null]),
  )
  const { saida: mostrada } = await noTerminal(t, comandoMortas, 'mostrar', String(achado[0]!.id))
  assert.match(mostrada, /valor +\/wAb \(base64\)$/)

  const antes = await mensagensEm(t, 'nf_emitida')
  const { saida: feito } = await noTerminal(t, comandoMortas, 'reenviar', '--todas')
  assert.equal(feito, 'reenviadas: 4 · recusadas: 0 · ainda pendentes: 0')
  await ate(lixo, LIMITE_MS, 'morrem de novo, as mesmas quatro')
  assert.equal(await mensagensEm(t, 'nf_emitida'), antes + 1, 'uma vez para os dois grupos')
})

test('a passageira volta sozinha ao seu tópico', { skip }, async (t) => {
  const id = await pedir('passageira')
  await enviado(id)
  const antes = await mensagensEm(t, 'pagamentos_processados')
  const causa = {
    ...{ grupo: 'estoque-group', codigo: 'banco_falhou', detalhe: 'x', passageira: 'true' },
    ...{ topico: 'pagamentos_processados', particao: '0', offset: '12' },
    // Long enough ago to be sent again at once.
    instante: new Date(Date.now() - 11 * 60_000).toISOString(),
  }
  const cabecalhos = new Map(
    Object.entries(causa).map(([nome, dito]) => [Buffer.from(`morta_${nome}`), Buffer.from(dito)]),
  )
  const valor = Buffer.from(JSON.stringify({ pedido_id: id, status: 'aprovado' }))
  const chave = Buffer.from(String(id))
  await saida.mandar([{ topico: 'estoque-group-mortas', chave, valor, cabecalhos }])
  const marcada = async () => {
    const [dele, ...outras] = await mortas(t, '--pedido', String(id))
    assert.deepEqual(outras, [])
    return dele?.passageira && dele.reenviada_em
  }
  await ate(marcada, LIMITE_MS, 'está marcada')
  assert.equal(await mensagensEm(t, 'pagamentos_processados'), antes + 1)
  assert.equal((await ver(id)).retido, undefined)
})

test('topicos descrever: cada partição, e o atraso de cada grupo que lê', { skip }, async (t) => {
  const texto = async () => {
    const { saida } = await noTerminal(t, comandoTopicos, 'descrever', 'estoque_separado')
    return /fiscal-group +0 +0 0\n/.test(saida) ? saida : undefined
  }
  const lido = await ate(texto, LIMITE_MS, 'tudo lido')
  assert.match(lido, /^estoque_separado: \d+ mensagens\n/)
  assert.match(lido, /\n {2}0 +(\d+) +\1 +\1 +0 +\d+\n/)
  assert.match(lido, /pedidos-group +0 /)
})

test('topicos apagar: só com --sim, só os nossos, e nada com o sistema no ar', {
  skip,
}, async (t) => {
  const { conexao, endereco } = broker
  await comAdmin(conexao, (admin) => admin.createTopics({ topics: ['de_outros'], partitions: 1 }))
  const noAr = await noTerminal(t, comandoTopicos, 'apagar', '--sim')
  assert.deepEqual([noAr.codigo, /npm run parar/.test(noAr.erros)], [1, true])
  const outros = SERVICOS.filter((nome) => nome !== 'pedidos')
  for (const nome of outros) await servicos.derrubar(nome)
  using terminal = abrirTerminal(t)
  process.env.KAFKA_BROKERS = endereco
  try {
    const semSim = await terminal.executar(comandoTopicos, 'apagar')
    assert.deepEqual([semSim.codigo, /--sim/.test(semSim.erros)], [2, true])
    const feito = await terminal.executar(comandoTopicos, 'apagar', '--sim')
    assert.match(feito.saida, /^apagados: .*pedidos_criados.*vendas.*fiscal-group-mortas/)
    const restam = () => comAdmin(conexao, (admin) => admin.listTopics())
    const so = async () => (await restam()).join() === 'de_outros'
    await ate(so, LIMITE_MS, 'só resta o que não é nosso')
    const nenhum = await terminal.executar(comandoTopicos, 'descrever', 'vendas')
    assert.deepEqual([nenhum.codigo, /não existe/.test(nenhum.erros)], [1, true])
  } finally {
    delete process.env.KAFKA_BROKERS
  }
})

test('sem o Kafka, reenviar é 503 e nada é marcado', { skip }, async (t) => {
  const antes = await mortas(t, '--pendentes')
  await broker.matar()
  const { codigo, erros } = await noTerminal(t, comandoMortas, 'reenviar', String(antes[0]!.id))
  assert.equal(codigo, 1)
  assert.match(erros, /\(servico_indisponivel\)$/)
  assert.deepEqual(await mortas(t, '--pendentes'), antes)
})
