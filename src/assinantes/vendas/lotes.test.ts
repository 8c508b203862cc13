// Batches and workers over a table in memory: whatever comes, in whatever order and with whatever
// numbers, each sale is settled once and the first of a number is the one that counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Venda } from './domain.ts'
import { type Achado, criarLotes, type Desfecho } from './lotes.ts'

const venda = (numero: number, total = '1'): Venda => ({ numero, total })
/** Refused by the table for its own sake. */
const RECUSADO = '0'
const LONGA_MS = 60_000

/** A table whose batches end when the test says so, each as a transaction. */
function abrirTabela(antes: readonly Venda[] = []) {
  const linhas = new Map(antes.map(({ numero, total }) => [numero, total]))
  const abertos: PromiseWithResolvers<void>[] = []
  const lotes: number[][] = []
  let maior = 0
  async function gravar(lote: readonly Venda[]): Promise<ReadonlyMap<number, Achado>> {
    lotes.push(lote.map(({ numero }) => numero))
    const aberto = Promise.withResolvers<void>()
    abertos.push(aberto)
    maior = Math.max(maior, abertos.length)
    await aberto.promise
    const achados = lote.map(({ numero, total }) => [numero, escrever(numero, total)] as const)
    return new Map(achados.filter((par): par is [number, Achado] => par[1] !== undefined))
  }
  function escrever(numero: number, total: string): Achado | undefined {
    const havia = linhas.get(numero)
    if (havia !== undefined) return { situacao: 'havia', total: havia }
    if (total === RECUSADO) return { situacao: 'recusada', motivo: 'zero' }
    linhas.set(numero, total)
    return undefined
  }
  return {
    ...{ linhas, lotes, gravar },
    get maior() {
      return maior
    },
    get abertos() {
      return abertos.length
    },
    /** Commits the i-th of the open batches. */
    async soltar(i: number) {
      const [aberto] = abertos.splice(i % Math.max(abertos.length, 1), 1)
      aberto?.resolve()
      await umaVolta()
    },
  }
}
const umaVolta = () => new Promise((resolver) => setImmediate(resolver))

test('cada venda termina uma vez, com poucos lotes por vez, e a primeira conta', async () => {
  const vendas = fc.array(
    fc.record({ numero: fc.integer({ min: 1, max: 12 }), total: fc.constantFrom('0', '1', '2') }),
    { maxLength: 60 },
  )
  const ritmo = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 60 })
  const tamanho = fc.integer({ min: 1, max: 7 })
  const propriedade = fc.asyncProperty(
    ...[vendas, ritmo, tamanho, fc.integer({ min: 1, max: 4 })],
    async (vendas, ritmo, lote, trabalhadores) => {
      const tabela = abrirTabela([venda(1), venda(2, '2')])
      const { gravar } = tabela
      const lotes = criarLotes({ lote, esperaMs: LONGA_MS, trabalhadores, gravar })
      const fins: Desfecho[][] = vendas.map(() => [])
      for (const [i, uma] of vendas.entries()) {
        void lotes.entregar(uma).then((desfecho) => fins[i]!.push(desfecho))
        const dado = ritmo[i % ritmo.length]!
        if (dado < 3) await tabela.soltar(dado)
      }
      lotes.semEspera()
      while (tabela.abertos > 0) await tabela.soltar(ritmo[tabela.abertos % ritmo.length]!)
      assert.deepEqual(
        fins.map((ditos) => ditos.map(({ situacao }) => situacao)),
        esperado(vendas),
      )
      assert.ok(tabela.maior <= trabalhadores)
      for (const numeros of tabela.lotes) {
        assert.ok(numeros.length >= 1 && numeros.length <= lote)
        assert.deepEqual(
          numeros,
          [...new Set(numeros)].sort((a, b) => a - b),
        )
      }
    },
  )
  await fc.assert(propriedade)
})

/** One after another, against the same table. */
function esperado(vendas: readonly Venda[]): string[][] {
  const linhas = new Map([
    [1, '1'],
    [2, '2'],
  ])
  return vendas.map(({ numero, total }) => {
    const havia = linhas.get(numero)
    if (havia !== undefined) return [havia === total ? 'repetida' : 'conflito']
    if (total === RECUSADO) return ['recusada']
    linhas.set(numero, total)
    return ['gravada']
  })
}

test('um lote que não se enche sai depois da espera; um cheio, na hora', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const tabela = abrirTabela()
  const { gravar } = tabela
  const lotes = criarLotes({ lote: 3, esperaMs: 200, trabalhadores: 2, gravar })
  for (const numero of [3, 2, 1, 4]) void lotes.entregar(venda(numero))
  assert.deepEqual(tabela.lotes, [[1, 2, 3]])
  t.mock.timers.tick(199)
  assert.equal(tabela.lotes.length, 1)
  t.mock.timers.tick(1)
  assert.deepEqual(tabela.lotes[1], [4])
})

test('com todos ocupados, o que venceu sai assim que um se livra', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const tabela = abrirTabela()
  const lotes = criarLotes({ lote: 2, esperaMs: 200, trabalhadores: 1, gravar: tabela.gravar })
  for (const numero of [1, 2, 3]) void lotes.entregar(venda(numero))
  t.mock.timers.tick(200)
  assert.deepEqual(tabela.lotes, [[1, 2]])
  await tabela.soltar(0)
  assert.deepEqual(tabela.lotes, [[1, 2], [3]])
})

test('o que se rejeita é rejeitado a cada um do lote, e aos que esperavam por ele', async () => {
  const gravar = async () => {
    throw new Error('encerrando')
  }
  const lotes = criarLotes({ lote: 2, esperaMs: LONGA_MS, trabalhadores: 1, gravar })
  const entregues = [venda(1), venda(1, '2'), venda(2)].map((uma) => lotes.entregar(uma))
  const fins = await Promise.allSettled(entregues)
  assert.deepEqual(
    fins.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
})
