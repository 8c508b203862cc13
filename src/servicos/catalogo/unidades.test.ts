// estoque's free units: asked for rarely and once at a time, the last known ones when it is down.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { comoProdutoId, type ProdutoId } from '../../contratos/ids.ts'
import { criarUnidades } from './unidades.ts'

const PRODUTO = comoProdutoId(1)

function cena(conhecidas?: ReadonlyMap<ProdutoId, number>) {
  const cena = { agora: 0, perguntas: 0, fora: false }
  const unidades = criarUnidades(
    async () => {
      cena.perguntas++
      const livres = new Map([[PRODUTO, cena.perguntas]])
      await new Promise(setImmediate)
      if (cena.fora) throw new ErroDeNegocio('servico_indisponivel')
      return livres
    },
    conhecidas,
    () => cena.agora,
  )
  const ler = async () => {
    const { livres, desatualizadas } = await unidades()
    return [livres.get(PRODUTO), desatualizadas]
  }
  return Object.assign(cena, { ler })
}

test('dentro de 250 ms o estoque é perguntado uma vez', async () => {
  const c = cena()
  assert.deepEqual(await c.ler(), [1, false])
  c.agora = 250
  assert.deepEqual(await c.ler(), [1, false])
  c.agora = 251
  assert.deepEqual(await c.ler(), [2, false])
  assert.equal(c.perguntas, 2)
})

test('cem leituras ao mesmo tempo fazem uma pergunta', async () => {
  const c = cena()
  const lidas = await Promise.all(Array.from({ length: 100 }, () => c.ler()))
  assert.deepEqual(new Set(lidas.map(String)), new Set(['1,false']))
  assert.equal(c.perguntas, 1)
})

test('com o estoque fora, valem as últimas conhecidas, marcadas; de volta, as novas', async () => {
  const c = cena()
  await c.ler()
  c.agora = 1_000
  c.fora = true
  assert.deepEqual(await c.ler(), [1, true])
  c.agora = 1_200
  assert.deepEqual(await c.ler(), [1, true])
  assert.equal(c.perguntas, 2, 'quem está fora também não é perguntado a toda hora')
  c.fora = false
  c.agora = 1_300
  assert.deepEqual(await c.ler(), [3, false])
})

test('sem nunca ter sabido, a falha aparece, e a próxima leitura pergunta de novo', async () => {
  const c = cena()
  c.fora = true
  await assert.rejects(c.ler(), { codigo: 'servico_indisponivel' })
  c.fora = false
  assert.deepEqual(await c.ler(), [2, false])
})

test('sem estoque nosso valem as importadas, marcadas, até alguém responder', async () => {
  const c = cena(new Map([[PRODUTO, 7]]))
  c.fora = true
  assert.deepEqual(await c.ler(), [7, true])
  c.fora = false
  c.agora = 300
  assert.deepEqual(await c.ler(), [2, false])
})
