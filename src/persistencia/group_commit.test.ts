// Requests that come together share one batch; each gets its own answer, exactly once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { groupCommit, LIMITES_DO_GRUPO } from './group_commit.ts'

const dobro = async (lote: readonly number[]) => lote.map((n) => ({ valor: 2 * n }))
const umA = (n: number) => Array.from({ length: n }, (_, i) => i)

/** A lost answer must fail its test, not hang it. */
const LIMITE = { timeout: 5_000 }

/** Notes the batches; the next is written only when `soltar` is called. */
function gravacaoPresa() {
  const lotes: (readonly number[])[] = []
  let solta = Promise.withResolvers<void>()
  const gravar = async (lote: readonly number[]) => {
    lotes.push(lote)
    await solta.promise
    return dobro(lote)
  }
  const soltar = () => {
    solta.resolve()
    solta = Promise.withResolvers()
  }
  return { lotes, gravar, soltar }
}
const voltas = async (n: number) => {
  for (let i = 0; i < n; i++) await new Promise(setImmediate)
}

test('os pedidos de uma volta do laço vão num lote só, na ordem em que vieram', async () => {
  const lotes: (readonly number[])[] = []
  const submeter = groupCommit<number, number>(async (lote) => {
    lotes.push(lote)
    return dobro(lote)
  })
  const respostas = await Promise.all(umA(40).map((n) => submeter(n)))
  assert.deepEqual(lotes, [umA(40)])
  assert.deepEqual(
    respostas,
    umA(40).map((n) => 2 * n),
  )
})

test('nenhum lote passa do limite e nenhum pedido fica para trás', async () => {
  const tamanhos: number[] = []
  const submeter = groupCommit<number, number>(
    async (lote) => {
      tamanhos.push(lote.length)
      return dobro(lote)
    },
    { lote: 16, fila: 1_000 },
  )
  const respostas = await Promise.all(umA(40).map((n) => submeter(n)))
  assert.deepEqual(tamanhos, [16, 16, 8])
  assert.equal(respostas[39], 78)
  assert.equal(LIMITES_DO_GRUPO.lote, 500)
})

test('um pedido só espera por duas voltas do laço, nunca por um relógio', LIMITE, async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
  const { lotes, gravar, soltar } = gravacaoPresa()
  const resposta = groupCommit(gravar)(21)
  await voltas(3)
  assert.deepEqual(lotes, [[21]])
  soltar()
  assert.equal(await resposta, 42)
})

test(
  'o que chega durante uma gravação espera por ela e vai junto na seguinte',
  LIMITE,
  async () => {
    const { lotes, gravar, soltar } = gravacaoPresa()
    const submeter = groupCommit(gravar)
    const primeiro = submeter(1)
    await voltas(3)
    const depois = [submeter(2)]
    await voltas(3)
    depois.push(submeter(3))
    await voltas(3)
    assert.deepEqual(lotes, [[1]], 'uma gravação de cada vez')
    soltar()
    assert.equal(await primeiro, 2)
    await voltas(3)
    assert.deepEqual(lotes, [[1], [2, 3]])
    soltar()
    assert.deepEqual(await Promise.all(depois), [4, 6])
  },
)

test('lote que falha falha os seus pedidos e só eles', async () => {
  const submeter = groupCommit<number, number>(
    async (lote) => {
      if (lote.includes(1)) throw new Error('disco')
      return dobro(lote)
    },
    { lote: 2, fila: 10 },
  )
  const respostas = await Promise.allSettled(umA(4).map((n) => submeter(n)))
  const situacoes = respostas.map((r) => r.status)
  assert.deepEqual(situacoes, ['rejected', 'rejected', 'fulfilled', 'fulfilled'])
  assert.equal(await submeter(5), 10, 'e o grupo segue vivo')
})

test('o erro de um pedido não é o dos outros do lote', async () => {
  const submeter = groupCommit<number, number>(async (lote) =>
    lote.map((n) => (n === 1 ? { erro: new Error('só este') } : { valor: n })),
  )
  const [a, b, c] = await Promise.allSettled([0, 1, 2].map((n) => submeter(n)))
  assert.deepEqual([a?.status, b?.status, c?.status], ['fulfilled', 'rejected', 'fulfilled'])
})

test('resposta a menos falha o pedido sem resposta em vez de o deixar à espera', async () => {
  const submeter = groupCommit<number, number>(async (lote) => (await dobro(lote)).slice(1))
  const respostas = await Promise.allSettled([submeter(1), submeter(2)])
  assert.equal(respostas[1]?.status, 'rejected')
})

test('fila cheia recusa com sobrecarregado, e quem já esperava é atendido', LIMITE, async () => {
  const { gravar, soltar } = gravacaoPresa()
  const submeter = groupCommit(gravar, { lote: 2, fila: 3 })
  const aceitos = umA(3).map((n) => submeter(n))
  await assert.rejects(submeter(9), (erro) => {
    return erro instanceof ErroDeNegocio && erro.codigo === 'sobrecarregado' && erro.canRetry
  })
  await voltas(3)
  aceitos.push(submeter(3), submeter(4))
  await assert.rejects(submeter(9), { codigo: 'sobrecarregado' })
  for (let i = 0; i < 3; i++) {
    soltar()
    await voltas(3)
  }
  assert.deepEqual(await Promise.all(aceitos), [0, 2, 4, 6, 8])
})

const chegadas = fc.array(fc.record({ espera: fc.nat(3), erra: fc.boolean() }), { maxLength: 40 })

test('em qualquer intercalação cada pedido tem a sua resposta, uma vez', async () => {
  await fc.assert(
    fc.asyncProperty(
      chegadas,
      fc.integer({ min: 1, max: 5 }),
      fc.nat(4),
      async (lista, lote, d) => {
        const gravados: number[] = []
        const submeter = groupCommit<number, number>(
          async (itens) => {
            assert.ok(itens.length <= lote)
            await voltas(itens[0]! % (d + 1))
            gravados.push(...itens)
            return itens.map((n) => (lista[n]!.erra ? { erro: n } : { valor: n }))
          },
          { lote, fila: 100 },
        )
        const respostas: Promise<number>[] = []
        for (const [i, { espera }] of lista.entries()) {
          await voltas(espera)
          respostas.push(submeter(i).catch((erro: number) => -erro - 1))
        }
        const esperadas = lista.map(({ erra }, i) => (erra ? -i - 1 : i))
        assert.deepEqual(await Promise.all(respostas), esperadas)
        assert.deepEqual(gravados, umA(lista.length))
      },
    ),
    { numRuns: 60 },
  )
})
