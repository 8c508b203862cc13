// Prices kept for a moment: fetched together, tolerated for a minute when the catalogue is down.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import { comoProdutoId, type ProdutoId } from '../../contratos/ids.ts'
import { criarPrecos } from './precos.ts'

const [A, B, C] = [comoProdutoId(1), comoProdutoId(2), comoProdutoId(3)]
const DESCONHECIDO = comoProdutoId(999)

function cena(existe: (id: ProdutoId) => boolean = (id) => id !== DESCONHECIDO) {
  const c = { agora: 0, buscas: [] as (readonly ProdutoId[])[], fora: false, preco: 100 }
  const precos = criarPrecos(
    async (ids) => {
      c.buscas.push(ids)
      if (c.fora) throw new Error('o catálogo caiu')
      const preco_centavos = comoCentavos(c.preco)
      return ids.filter(existe).map((id) => ({ id, nome: 'x', estoque: 1, preco_centavos }))
    },
    () => c.agora,
  )
  const ler = async (...ids: ProdutoId[]) =>
    [...(await precos(ids))].map(([id, p]) => [Number(id), Number(p.preco_centavos)])
  return Object.assign(c, { ler, precos })
}

test('dentro de um segundo o preço é o lembrado; depois, perguntado de novo', async () => {
  const c = cena()
  assert.deepEqual(await c.ler(A), [[1, 100]])
  c.preco = 200
  c.agora = 1_000
  assert.deepEqual(await c.ler(A), [[1, 100]])
  c.agora = 1_001
  assert.deepEqual(await c.ler(A), [[1, 200]])
  assert.deepEqual(c.buscas, [[A], [A]])
})

test('o que se pede ao mesmo tempo é buscado numa só pergunta, sem repetir', async () => {
  const c = cena()
  const lidos = await Promise.all([c.ler(A, B), c.ler(B), c.ler(C, A)])
  assert.deepEqual(
    lidos.map((l) => l.length),
    [2, 1, 2],
  )
  assert.deepEqual(c.buscas, [[A, B, C]])
})

test('só o que está velho é buscado', async () => {
  const c = cena()
  await c.ler(A)
  c.agora = 900
  await c.ler(B)
  c.agora = 1_500
  await c.ler(A, B)
  assert.deepEqual(c.buscas, [[A], [B], [A]])
})

test('produto que não existe fica de fora, e isso também é lembrado', async () => {
  const c = cena()
  assert.deepEqual(await c.ler(A, DESCONHECIDO), [[1, 100]])
  assert.deepEqual(await c.ler(DESCONHECIDO), [])
  assert.equal(c.buscas.length, 1)
})

test('com o catálogo fora, preço de até um minuto ainda vale; mais velho é recusado', async () => {
  const c = cena()
  await c.ler(A)
  c.fora = true
  c.agora = 60_000
  assert.deepEqual(await c.ler(A), [[1, 100]])
  c.agora = 60_001
  await assert.rejects(c.ler(A), { codigo: 'servico_indisponivel', canRetry: true })
})

test('um só produto sem preço conhecido recusa o pedido, como falha passageira', async () => {
  const c = cena()
  await c.ler(A)
  c.fora = true
  c.agora = 2_000
  await assert.rejects(c.ler(A, B), { codigo: 'servico_indisponivel' })
  assert.deepEqual(await c.ler(A), [[1, 100]], 'os outros pedidos seguem')
})

test('quando o catálogo volta, volta-se a perguntar', async () => {
  const c = cena()
  c.fora = true
  await assert.rejects(c.ler(A))
  c.fora = false
  assert.deepEqual(await c.ler(A), [[1, 100]])
})

test('esquecer produtos antigos não some com o de quem está no meio', async () => {
  const c = cena((id) => id < 10)
  const muitos = Array.from({ length: 100_001 }, (_, i) => comoProdutoId(1_000 + i))
  await c.ler(A)
  await c.precos(muitos)
  assert.deepEqual(await c.ler(A, B), [
    [1, 100],
    [2, 100],
  ])
})

test('muitos produtos inventados não atrapalham quem pede um que existe', async () => {
  const c = cena((id) => id === A)
  const inventados = Array.from({ length: 1_500 }, (_, i) => comoProdutoId(1_000_000_000 + i))
  const lotes = [0, 1, 2].map((i) => c.ler(...inventados.slice(i * 500, (i + 1) * 500)))
  const honesto = c.ler(A)
  await Promise.all(lotes)
  assert.deepEqual(await honesto, [[1, 100]])
  assert.ok(c.buscas.every((ids) => ids.length <= 200))
})

test('com o catálogo mudo, no máximo duas perguntas ficam no ar', async () => {
  const perguntas: PromiseWithResolvers<never[]>[] = []
  const precos = criarPrecos(() => {
    const pergunta = Promise.withResolvers<never[]>()
    perguntas.push(pergunta)
    return pergunta.promise
  })
  const lidos: Promise<unknown>[] = []
  for (let i = 1; i <= 10; i++) {
    lidos.push(precos([comoProdutoId(i)]).catch(() => undefined))
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  }
  assert.equal(perguntas.length, 2)
  for (let i = 0; i < perguntas.length; i++) {
    perguntas[i]?.reject(new Error('calou-se'))
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  }
  await Promise.all(lidos)
})
