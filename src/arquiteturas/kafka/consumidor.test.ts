// A member of a group on a real broker: one that stood still for longer than its session, one whose
// broker came back without its disk, one whose topic was given more partitions.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { channel } from 'node:diagnostics_channel'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { ate } from '../../../testes/ate.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../../../testes/kafka.ts'
import { abrirAvulso } from '../../../testes/kafka_avulso.ts'
import type { ConexaoKafka } from './conexao.ts'
import { iniciarConsumidor } from './consumidor.ts'
import type { Membro } from './membro.ts'
import { comAdmin } from './topicos.ts'

const LIMITE_MS = 30_000
const GRUPO = 'g'
const MANDADAS = 10
/** Of a member that comes back as itself. */
const NOSSO = { quem: 'nosso', grupo: GRUPO, instancia: 'maquina:1', topicos: ['t'] }
/** The first of those under way when everything stands still. */
const PRESA = 2n

/** Nothing else runs here meanwhile; once nobody is in the group, it confirms all as another. */
const OUTRO = `
  const [conexao, limiteMs] = JSON.parse(process.argv[1])
  const { comAdmin } = await import('${new URL('./topicos.ts', import.meta.url)}')
  const { ate } = await import('${new URL('../../../testes/ate.ts', import.meta.url)}')
  await comAdmin(conexao, async (admin) => {
    const grupo = async () => (await admin.describeGroups({ groups: ['${GRUPO}'] })).get('${GRUPO}')
    await ate(async () => (await grupo()).members.size === 0, limiteMs, 'grupo sem ninguém')
    const partitionOffsets = [{ partition: 0, offset: ${MANDADAS}n }]
    await admin.alterConsumerGroupOffsets({
      groupId: '${GRUPO}',
      topics: [{ name: 't', partitionOffsets }],
    })
  })`

test('parado além da sessão: ao voltar, não desfaz o que outro confirmou', {
  skip: faltaKafka(),
}, async () => {
  await using broker = await abrirComTopico()
  const { conexao } = broker
  await using avulso = abrirAvulso(conexao)
  for (let i = 0; i < MANDADAS; i++) await avulso.mandar({ topic: 't', value: Buffer.from('x') })
  const presas = new Map<bigint, PromiseWithResolvers<void>>()
  await using _consumidor = iniciarConsumidor({
    ...{ conexao, ...NOSSO, instancia: undefined },
    async tratar({ offset }) {
      if (offset < PRESA) return
      await presas.getOrInsertComputed(offset, () => Promise.withResolvers<void>()).promise
    },
    aoFalhar: () => undefined,
  })
  await ate(() => presas.size === MANDADAS - Number(PRESA), LIMITE_MS, 'todas lidas')
  await ate(async () => (await confirmado(conexao)) === PRESA, LIMITE_MS, 'as feitas confirmadas')
  await batidas(1)
  // One is done with and not confirmed when everything stops, and another just after.
  presas.get(PRESA)!.resolve()
  await new Promise(setImmediate)
  setTimeout(() => presas.get(PRESA + 1n)!.resolve())
  const argumentos = ['--input-type=module', '-e', OUTRO, JSON.stringify([conexao, LIMITE_MS])]
  const { status, stderr } = spawnSync(process.execPath, argumentos)
  assert.equal(status, 0, String(stderr))
  // From one to the next it confirms several times, if it has anything to confirm.
  await batidas(2)
  assert.equal(await confirmado(conexao), BigInt(MANDADAS))
})

test('o broker que volta sem o disco não faz o grupo pular o que vem depois', {
  skip: faltaKafka(),
}, async () => {
  await using broker = await abrirComTopico()
  const { conexao } = broker
  const velhas = ['um', 'dois', 'três']
  // More than the old ones: what was confirmed of those must not lie beyond the new topic's end.
  const novas = ['quatro', 'cinco', 'seis', 'sete', 'oito']
  const lidas: string[] = []
  const portao = Promise.withResolvers<void>()
  const abrir = () =>
    iniciarConsumidor({
      ...{ conexao, ...NOSSO },
      async tratar({ valor }) {
        if (lidas.push(String(valor)) === velhas.length) await portao.promise
      },
      aoFalhar: () => undefined,
    })
  {
    await using antigo = abrir()
    await mandar(conexao, velhas)
    await ate(() => lidas.length === velhas.length, LIMITE_MS, 'todas lidas')
    // Done with, and nobody left to confirm it to.
    broker.congelar()
    portao.resolve()
    await broker.matar()
    await rm(dirname(broker.dados), { recursive: true })
    await broker.reiniciar()
    await criar(conexao)
    const nele = async () => (await antigo.atraso()).get('t')?.[0] === 0
    await ate(() => nele().catch(() => false), LIMITE_MS, 'de volta ao grupo')
    // From one to the next it confirms several times, if it has anything to confirm.
    await batidas(2)
  }
  await mandar(conexao, novas)
  await using _novo = abrir()
  const todas = () => novas.every((dita) => lidas.includes(dita))
  await ate(todas, LIMITE_MS, 'as novas são lidas, desde a primeira')
})

for (const cai of ['', 'em seguida', 'quando o membro sai para que sejam repartidas'] as const) {
  const quando = cai && `, mesmo que o broker caia ${cai}`
  test(`partições criadas com tudo no ar são lidas em segundos${quando}`, {
    skip: faltaKafka(),
  }, async () => {
    await using broker = await abrirComTopico()
    const { conexao } = broker
    const quantas = 4
    const lidas = new Set<number>()
    const ditas: string[] = []
    await using _consumidor = iniciarConsumidor({
      ...{ conexao, ...NOSSO },
      tratar: async ({ particao }) => void lidas.add(particao),
      aoFalhar: ({ message }) => ditas.push(message),
    })
    await mandar(conexao, ['antes'])
    await ate(() => lidas.size === 1, LIMITE_MS, 'a primeira é lida')
    const caiu = cai.startsWith('quando') ? matarNaSaida(broker) : undefined
    await aumentar(conexao, quantas)
    if (cai) {
      await (caiu ?? broker.matar())
      await broker.reiniciar()
    }
    // One for each, by turns.
    await mandar(conexao, ['a', 'b', 'c', 'd'])
    await ate(() => lidas.size === quantas, LIMITE_MS, 'lidas todas as partições')
    assert.equal(ditas.length > 0, cai !== '', 'só a queda é uma falha')
  })
}

test('quem sai para que sejam repartidas não volta ao grupo por uma confirmação a caminho', {
  skip: faltaKafka(),
}, async () => {
  await using broker = await abrirComTopico()
  const { conexao } = broker
  const lidas = new Set<number>()
  const entradas = ouvirEntradas()
  await using _consumidor = iniciarConsumidor({
    ...{ conexao, ...NOSSO },
    tratar: async ({ particao }) => void lidas.add(particao),
    aoFalhar: () => undefined,
  })
  await mandar(conexao, ['antes'])
  await ate(() => lidas.size === 1, LIMITE_MS, 'a primeira é lida')
  await ate(async () => (await confirmado(conexao)) === 1n, LIMITE_MS, 'e confirmada')
  await aumentar(conexao, 2)
  verNaConfirmacao()
  await mandar(conexao, ['a', 'b', 'c', 'd'])
  await ate(() => lidas.size === 2, LIMITE_MS, 'lidas todas as partições')
  assert.ok(entradas.length > 1, 'saiu e voltou')
  assert.deepEqual(entradas, Array(entradas.length).fill(NOSSO.topicos))
})

async function abrirComTopico(): Promise<BrokerDeTeste> {
  await using pilha = new AsyncDisposableStack()
  const broker = pilha.use(await abrirBrokerDeTeste())
  await criar(broker.conexao)
  pilha.move()
  return broker
}

/** Topic `t`, with one partition. */
const criar = (conexao: ConexaoKafka) =>
  comAdmin(conexao, (a) => a.createTopics({ topics: ['t'], partitions: 1, replicas: 1 }))

/** From one partition to so many. */
function aumentar(conexao: ConexaoKafka, count: number): Promise<void> {
  const assignments = Array.from({ length: count - 1 }, () => ({ brokerIds: [1] }))
  return comAdmin(conexao, (a) =>
    a.createPartitions({ topics: [{ name: 't', count, assignments }] }),
  )
}

/** The topics of each joining, from now on. */
function ouvirEntradas(): string[][] {
  const entradas: string[][] = []
  channel('tracing:plt:kafka:consumer:group:start').subscribe((dita) => {
    const { operation, client } = dita as { operation: string; client: Membro }
    if (operation === 'joinGroup') entradas.push([...client.topics.current])
  })
  return entradas
}

/** The next confirmation looks for the cluster just behind another that sees the partitions. */
function verNaConfirmacao(): void {
  const canal = channel('tracing:plt:kafka:consumer:commits:start')
  const ver = (dita: unknown) => {
    canal.unsubscribe(ver)
    const { client } = dita as { client: Membro }
    client.clearMetadata()
    client.metadata({ topics: [...NOSSO.topicos], forceUpdate: true }).catch(() => undefined)
  }
  canal.subscribe(ver)
}

/** Before the broker hears the first leaving it is dead. */
async function matarNaSaida(broker: BrokerDeTeste): Promise<void> {
  const canal = channel('tracing:plt:kafka:consumer:group:start')
  const { promise, resolve } = Promise.withResolvers<Promise<void>>()
  const matar = (dita: unknown) => {
    if ((dita as { operation: string }).operation !== 'leaveGroup') return
    canal.unsubscribe(matar)
    resolve(broker.matar())
  }
  canal.subscribe(matar)
  await promise
}

async function mandar(conexao: ConexaoKafka, ditas: readonly string[]): Promise<void> {
  await using avulso = abrirAvulso(conexao)
  for (const dita of ditas) {
    const mandada = () => avulso.mandar({ topic: 't', value: Buffer.from(dita) })
    await ate(() => mandada().catch(() => undefined), LIMITE_MS, `mandada ${dita}`)
  }
}

const confirmado = (conexao: ConexaoKafka): Promise<bigint | undefined> =>
  comAdmin(conexao, async (admin) => {
    const [grupo] = await admin.listConsumerGroupOffsets({ groups: [GRUPO] })
    return grupo?.topics[0]?.partitions[0]?.committedOffset
  })

/** So many times, from now on, the group hears the member and knows it. */
async function batidas(quantas: number): Promise<void> {
  const canal = channel('tracing:plt:kafka:consumer:heartbeat:asyncEnd')
  let ouvidas = 0
  const ouvir = (dita: unknown) => void ((dita as { error?: unknown }).error || ouvidas++)
  canal.subscribe(ouvir)
  await ate(() => ouvidas >= quantas, LIMITE_MS, `${quantas} batidas`)
  canal.unsubscribe(ouvir)
}
