// The batch that is written when it can be: nothing is lost, and one outage is said once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mensagens } from './auditoria_de_teste.ts'
import { criarEscrita } from './escrita.ts'
import type { Anotada } from './mensagem.ts'

const PAUSAS = { primeiraMs: 1, maiorMs: 4 }
const LOTE = mensagens(0, 100)

test('o que chega junto é gravado junto, em ordem, e só então está feito', async () => {
  const lotes: (readonly Anotada[])[] = []
  const portao = Promise.withResolvers<void>()
  const gravar = async (lote: readonly Anotada[]) => {
    lotes.push(lote)
    await portao.promise
  }
  await using escrita = criarEscrita(gravar, () => assert.fail())
  using _ = { [Symbol.dispose]: () => portao.resolve() }
  let feitas = 0
  const esperas = LOTE.map(async (anotada) => {
    await escrita.gravar(anotada)
    feitas += 1
  })
  await new Promise((resolver) => setImmediate(() => setImmediate(resolver)))
  assert.deepEqual([lotes, feitas], [[LOTE], 0])
  portao.resolve()
  await Promise.all(esperas)
  assert.deepEqual([lotes.length, feitas], [1, LOTE.length])
})

test('a falha é tentada até passar, e cada parada é dita uma vez', async () => {
  const falhas: unknown[] = []
  const gravados: Anotada[] = []
  let restam = 5
  const gravar = async (lote: readonly Anotada[]) => {
    if (restam-- > 0) throw new Error(`faltam ${restam}`)
    gravados.push(...lote)
  }
  await using escrita = criarEscrita(gravar, (erro) => falhas.push(erro), PAUSAS)
  const [primeira, segunda] = LOTE
  await escrita.gravar(primeira!)
  assert.deepEqual(gravados, [primeira])
  assert.equal(falhas.length, 1)
  restam = 2
  await escrita.gravar(segunda!)
  assert.deepEqual([gravados.length, falhas.length], [2, 2])
})

test('encerrar no meio de uma parada não espera por ela, e nada fica por feito', async () => {
  const falhou = Promise.withResolvers<unknown>()
  const gravar = async () => {
    throw new Error('sem espaço')
  }
  const escrita = criarEscrita(gravar, falhou.resolve, { primeiraMs: 60_000, maiorMs: 60_000 })
  let feita = false
  void escrita.gravar(LOTE[0]!).then(() => {
    feita = true
  })
  await falhou.promise
  await escrita[Symbol.asyncDispose]()
  await new Promise((resolver) => setImmediate(resolver))
  assert.equal(feita, false)
})
