// Each message once, and the counts that stay when the messages go.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { abrirAuditoriaDeTeste, COMECO_MS, mensagens, umaMensagem } from './auditoria_de_teste.ts'
import { contar } from './contagem.ts'
import { lerUma } from './linhas.ts'
import { lerGuardadas } from './repository.ts'
import { aplicarRetencao } from './retencao.ts'

type Auditoria = Awaited<ReturnType<typeof abrirAuditoriaDeTeste>>
const contagens = async ({ db }: Auditoria) =>
  (await contar(db.leitura, undefined)).map(({ topico, particao, auditadas, primeiro, ultimo }) => [
    ...[`${topico}/${particao}`, auditadas, primeiro, ultimo],
  ])
const quantas = async ({ db }: Auditoria) => (await lerGuardadas(db.leitura)).quantas
const linhas = async ({ db }: Auditoria) =>
  (await db.leitura.um<{ n: number }>('select count(*) as n from mensagens'))?.n
const sempre = new AbortController().signal

test('cada mensagem fica uma vez, e as repetidas não contam', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { livro } = auditoria
  const deVendas = mensagens(5, 8, { topico: 'vendas', particao: 3 })
  const feito = await livro.gravar([...mensagens(0, 10), ...deVendas])
  assert.deepEqual(Object.fromEntries(feito), { nf_emitida: 10, vendas: 3 })
  const denovo = await livro.gravar([...mensagens(4, 12), ...mensagens(8, 12), ...deVendas])
  assert.deepEqual(Object.fromEntries(denovo), { nf_emitida: 2 })
  const esperadas = [
    ['nf_emitida/0', 12, 0, 11],
    ['vendas/3', 3, 5, 7],
  ]
  assert.deepEqual(await contagens(auditoria), esperadas)
  assert.deepEqual([await quantas(auditoria), await linhas(auditoria)], [15, 15])
})

test('em qualquer divisão e repetição do que se lê, e com quedas, o livro é o mesmo', async () => {
  const corte = fc.record({
    tras: fc.nat(6),
    passo: fc.integer({ min: 1, max: 6 }),
    cai: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(corte, { maxLength: 8 }), async (cortes) => {
      await using auditoria = await abrirAuditoriaDeTeste()
      let { livro } = auditoria
      let fim = 0
      for (const { tras, passo, cai } of cortes) {
        if (cai) livro = await auditoria.reabrir()
        const de = Math.max(0, fim - tras)
        fim = Math.max(fim, de + passo)
        await livro.gravar(mensagens(de, de + passo))
      }
      const esperada = fim === 0 ? [] : [['nf_emitida/0', fim, 0, fim - 1]]
      assert.deepEqual(await contagens(auditoria), esperada)
      assert.deepEqual([await quantas(auditoria), await linhas(auditoria)], [fim, fim])
    }),
    { numRuns: 20 },
  )
})

test('o que não se pôde gravar não conta, e da outra vez conta uma', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { db, livro } = auditoria
  await db.transacao((tx) =>
    tx.executar(`create trigger cheio before insert on contagens
      begin select raise(abort, 'sem espaço'); end`),
  )
  await assert.rejects(livro.gravar(mensagens(0, 5)))
  assert.equal(await linhas(auditoria), 0)
  await db.transacao((tx) => tx.executar('drop trigger cheio'))
  await livro.gravar(mensagens(0, 5))
  assert.deepEqual(await contagens(auditoria), [['nf_emitida/0', 5, 0, 4]])
})

test('o tópico apagado e feito de novo é outro, e nada dele se perde', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { db, livro, identidades } = auditoria
  await livro.gravar(mensagens(0, 10, { valor: 'velha' }))
  await livro.gravar(mensagens(10, 20))
  assert.equal(auditoria.perguntas(), 1, 'enquanto tudo avança, nada se pergunta ao Kafka')
  identidades.set('nf_emitida', 'outra')
  await livro.gravar(mensagens(0, 3, { valor: 'nova' }))
  assert.deepEqual(await contagens(auditoria), [['nf_emitida/0', 3, 0, 2]])
  assert.equal(await linhas(auditoria), 23)
  assert.equal((await lerUma(db.leitura, 'nf_emitida', 0, 1))?.valor?.conteudo, 'nova')
  assert.equal((await lerUma(db.leitura, 'nf_emitida', 0, 5))?.valor?.conteudo, 'velha')
})

test('o tópico que volta a ser o de antes continua de onde estava, e em outra vida', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { db, identidades } = auditoria
  /** As by another cluster for one start. */
  const viver = async (identidade: string, de: number, ate: number) => {
    identidades.set('nf_emitida', identidade)
    const livro = await auditoria.reabrir()
    await livro.gravar(mensagens(de, ate, { valor: identidade }))
  }
  await viver('A', 0, 100)
  await viver('B', 0, 5)
  assert.deepEqual(await contagens(auditoria), [['nf_emitida/0', 5, 0, 4]])
  await viver('A', 100, 103)
  assert.deepEqual(await contagens(auditoria), [['nf_emitida/0', 103, 0, 102]])
  assert.equal((await lerUma(db.leitura, 'nf_emitida', 0, 1))?.valor?.conteudo, 'A')
  await viver('A', 90, 110)
  assert.deepEqual(await contagens(auditoria), [['nf_emitida/0', 110, 0, 109]])
  assert.deepEqual([await quantas(auditoria), await linhas(auditoria)], [115, 115])
  // What a new life reads is of the new topic, wherever that begins.
  await viver('C', 200, 203)
  assert.deepEqual(await contagens(auditoria), [['nf_emitida/0', 3, 200, 202]])
})

test('um livro que conta de menos numera além do que já tem', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  await auditoria.livro.gravar(mensagens(0, 10))
  await auditoria.db.transacao((tx) => tx.executar('update contagens set auditadas = 3'))
  const livro = await auditoria.reabrir()
  await livro.gravar(mensagens(10, 12))
  assert.deepEqual([await quantas(auditoria), await linhas(auditoria)], [12, 12])
})

test('feito de novo, o tópico fala primeiro por uma partição nunca vista', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { livro, identidades } = auditoria
  await livro.gravar(mensagens(0, 3))
  identidades.set('nf_emitida', 'outra')
  await livro.gravar(mensagens(0, 2, { particao: 1 }))
  await livro.gravar(mensagens(0, 1))
  const esperadas = [
    ['nf_emitida/0', 1, 0, 0],
    ['nf_emitida/1', 2, 0, 1],
  ]
  assert.deepEqual(await contagens(auditoria), esperadas)
  const perguntas = auditoria.perguntas()
  await livro.gravar([...mensagens(1, 3), ...mensagens(2, 4, { particao: 1 })])
  assert.equal(auditoria.perguntas(), perguntas, 'uma vez por partição')
})

test('o que restava do tópico apagado fica com ele, e não esconde o que é do novo', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { db, livro, identidades } = auditoria
  const deVendas = (de: number, ate: number) => mensagens(de, ate, { topico: 'vendas' })
  const outraParticao = (de: number, ate: number) => mensagens(de, ate, { particao: 1 })
  await livro.gravar([...mensagens(0, 10), ...outraParticao(0, 2), ...deVendas(0, 5)])
  identidades.set('nf_emitida', 'outra').set('vendas', 'outra')
  const resto = mensagens(10, 15, { valor: 'velha' })
  const novas = mensagens(0, 20, { valor: 'nova' })
  // Of this one nothing says yet that it is another, too.
  const lote = [...deVendas(5, 6), ...resto, ...novas]
  await db.transacao((tx) =>
    tx.executar(`create trigger cheio before insert on mensagens
      begin select raise(abort, 'sem espaço'); end`),
  )
  await assert.rejects(livro.gravar(lote))
  await db.transacao((tx) => tx.executar('drop trigger cheio'))
  const feito = await livro.gravar(lote)
  assert.deepEqual(Object.fromEntries(feito), { vendas: 1, nf_emitida: 25 })
  assert.equal((await lerUma(db.leitura, 'nf_emitida', 0, 11))?.valor?.conteudo, 'nova')
  assert.equal((await lerUma(db.leitura, 'nf_emitida', 0, 9))?.valor?.conteudo, 'nova')
  await livro.gravar(deVendas(6, 8))
  await livro.gravar(deVendas(0, 2))
  // From the batch after, all is of the new one, wherever its partition begins.
  await livro.gravar(outraParticao(4, 7))
  const esperadas = [
    ['nf_emitida/0', 20, 0, 19],
    ['nf_emitida/1', 3, 4, 6],
    ['vendas/0', 2, 0, 1],
  ]
  assert.deepEqual(await contagens(auditoria), esperadas)
  assert.equal(await linhas(auditoria), 10 + 2 + 5 + 26 + 2 + 2 + 3)
})

test('a retenção remove as mais antigas e nada tira das contas', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { db, livro } = auditoria
  await livro.gravar(mensagens(0, 30))
  const regras = { retencaoMs: 0, maximo: 12 }
  assert.equal(await aplicarRetencao(db, regras, sempre), 18)
  assert.equal(await aplicarRetencao(db, regras, sempre), 0)
  assert.deepEqual([await quantas(auditoria), await linhas(auditoria)], [12, 12])
  assert.equal(await lerUma(db.leitura, 'nf_emitida', 0, 17), undefined)
  assert.ok(await lerUma(db.leitura, 'nf_emitida', 0, 18))
  // The group forgot what it had confirmed: what is read again was taken down once.
  await livro.gravar(mensagens(0, 31))
  assert.deepEqual(await contagens(auditoria), [['nf_emitida/0', 31, 0, 30]])
  assert.equal(await linhas(auditoria), 13)
})

test('a retenção conta da auditoria, e não do instante que a mensagem diz', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { db, livro } = auditoria
  await livro.gravar([umaMensagem(0, { gravadaMs: 0 })])
  const regras = { retencaoMs: 60_000, maximo: 100 }
  assert.equal(await aplicarRetencao(db, regras, sempre), 0)
  assert.equal(await aplicarRetencao(db, regras, sempre, Date.now() + 70_000), 1)
  assert.equal(await quantas(auditoria), 0)
  await livro.gravar([umaMensagem(1)])
  assert.deepEqual([await quantas(auditoria), await linhas(auditoria)], [1, 1])
})

test('mais do que cabe em um lote também é removido', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  await auditoria.livro.gravar(mensagens(0, 4_500))
  assert.equal(await aplicarRetencao(auditoria.db, { retencaoMs: 0, maximo: 1 }, sempre), 4_499)
})

test('a contagem diante do Kafka: o que falta, e o que não se pode dizer', async () => {
  await using auditoria = await abrirAuditoriaDeTeste()
  const { db, livro } = auditoria
  await livro.gravar(mensagens(10, 20))
  const particao = (n: number, inicio: number, fim: number) => ({
    ...{ particao: n, lider: 1, replicas: [1], em_dia: [1], inicio, fim },
  })
  const topico = (nome: string, ...particoes: ReturnType<typeof particao>[]) => ({
    ...{ nome, no_cluster: nome, particoes },
  })
  const faltam = async (...cluster: ReturnType<typeof topico>[]) =>
    (await contar(db.leitura, cluster)).map((c) => [c.topico, c.particao, c.fim, c.faltam])
  // Its own retention took the first 15 from the topic meanwhile; the second partition is empty.
  const iguais = topico('nf_emitida', particao(0, 15, 20), particao(1, 8, 8))
  assert.deepEqual(await faltam(iguais), [
    ['nf_emitida', 0, 20, 0],
    ['nf_emitida', 1, 8, 0],
  ])
  const atras = topico('nf_emitida', particao(0, 0, 22), particao(1, 3, 8))
  assert.deepEqual(
    (await faltam(atras)).map(([, , , n]) => n),
    [2, 5],
  )
  const antiga = topico('nf_emitida', particao(0, 0, 18))
  assert.deepEqual(
    await faltam(antiga),
    [['nf_emitida', 0, 20, 0]],
    'o que veio depois de perguntar',
  )
  const compactado = topico('produtos_alterados', particao(0, 0, 9))
  assert.deepEqual((await faltam(compactado)).at(-1), ['produtos_alterados', 0, 9, null])
  const [semKafka] = await contar(db.leitura, undefined)
  assert.deepEqual([semKafka?.fim, semKafka?.faltam], [null, null])
  assert.equal(umaMensagem(0).instanteMs, COMECO_MS)
})
