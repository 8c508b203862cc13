// The log's end in memory against the log itself: it may not know, but what it says is the truth.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { criarCauda } from './cauda.ts'

const linhas = (de: number, ate: number) =>
  Array.from({ length: ate - de + 1 }, (_, i) => ({ id: de + i }))

describe('cauda', () => {
  it('dá o que segue, na ordem, e esquece o que ficou para trás', () => {
    const cauda = criarCauda(10)
    cauda.acrescentar(linhas(1, 4))
    cauda.acrescentar(linhas(5, 6))
    assert.deepEqual(cauda.apos(0, 3), linhas(1, 3))
    assert.deepEqual(cauda.apos(3, 10), linhas(4, 6))
    assert.equal(cauda.apos(0, 10), undefined, 'já esquecido: o diário é que sabe')
    assert.equal(cauda.apos(6, 10), undefined, 'nada a mais: outra instância pode ter gravado')
    assert.equal(cauda.apos(3, 10), undefined, 'nem o último lote fica guardado')
    cauda.acrescentar([])
    cauda.acrescentar(linhas(7, 8))
    assert.deepEqual(cauda.apos(6, 10), linhas(7, 8))
  })

  it('o que outra instância gravou no meio não é saltado', () => {
    const cauda = criarCauda(10)
    cauda.acrescentar(linhas(1, 2))
    cauda.acrescentar(linhas(4, 5))
    assert.equal(cauda.apos(0, 10), undefined)
    assert.equal(cauda.apos(2, 10), undefined)
    assert.deepEqual(cauda.apos(3, 10), linhas(4, 5))
  })

  it('quem ficou longe demais lê o diário, e a memória não cresce', () => {
    const cauda = criarCauda(4)
    for (let id = 1; id < 1_000; id += 3) cauda.acrescentar(linhas(id, id + 2))
    assert.equal(cauda.apos(0, 10), undefined)
    cauda.acrescentar(linhas(1_001, 1_010))
    assert.equal(cauda.apos(1_000, 10), undefined, 'um lote maior do que ela')
  })

  it('em qualquer ordem de gravações e leituras, o que diz é o que está no diário', () => {
    const passo = fc.oneof(
      fc.record({ gravar: fc.integer({ min: 1, max: 5 }), desteProcesso: fc.boolean() }),
      fc.record({ apos: fc.nat(40), limite: fc.integer({ min: 1, max: 6 }) }),
    )
    fc.assert(
      fc.property(fc.array(passo, { maxLength: 60 }), (passos) => {
        const cauda = criarCauda(8)
        let ultimo = 0
        for (const p of passos) {
          if ('gravar' in p) {
            const novos = linhas(ultimo + 1, ultimo + p.gravar)
            ultimo += p.gravar
            if (p.desteProcesso) cauda.acrescentar(novos)
            continue
          }
          const dita = cauda.apos(p.apos, p.limite)
          if (dita === undefined) continue
          assert.ok(dita.length > 0)
          assert.deepEqual(dita, linhas(p.apos + 1, ultimo).slice(0, dita.length))
          assert.ok(dita.length <= p.limite)
        }
      }),
    )
  })
})
