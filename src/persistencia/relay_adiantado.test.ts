// A relay that is behind reads ahead of what is on its way, and is never fooled by what it read.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { abrirDiarioDeTeste, destinoDeTeste, umA } from '../../testes/diario.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { iniciarRelay, MAIOR_LOTE, RELER_MS } from './relay.ts'

const LIMITE_MS = 10_000

describe('relay atrasado', () => {
  it('o lote seguinte é lido com o anterior a caminho, e o que falhou volta inteiro', async () => {
    await using diario = await abrirDiarioDeTeste()
    await diario.gravar(MAIOR_LOTE + 10)
    const lidos: number[] = []
    let falhas = 1
    const broker = destinoDeTeste(async () => {
      await ate(() => lidos.includes(MAIOR_LOTE), LIMITE_MS, 'a leitura adiantada')
      if (falhas-- > 0) throw new ErroDeNegocio('servico_indisponivel')
      return []
    })
    const ler = (apos: number, limite: number) => {
      lidos.push(apos)
      return diario.fonte.ler(apos, limite)
    }
    await using _relay = iniciarRelay({ ...diario.fonte, ler, publicar: broker.publicar })
    await diario.cursorEm(MAIOR_LOTE + 10)
    const [primeiro, resto] = [umA(MAIOR_LOTE), umA(10, MAIOR_LOTE + 1)]
    assert.deepEqual(broker.lotes, [primeiro, resto])
    assert.deepEqual(lidos.slice(0, 4), [0, MAIOR_LOTE, 0, MAIOR_LOTE])
  })

  it('o commit que veio depois de uma leitura adiantada vazia não fica à espera', async () => {
    // The best of several: one alone may be held up by a busy machine, a wait holds up them all.
    const demoras: number[] = []
    for (const _ of umA(5)) demoras.push(await depoisDeUmaVazia())
    const ms = Math.min(...demoras)
    assert.ok(ms < RELER_MS / 2, `${demoras.map((uma) => uma.toFixed()).join(' ')} ms`)
  })

  /** From a commit just after an empty reading ahead until it is published, in ms. */
  async function depoisDeUmaVazia(): Promise<number> {
    await using diario = await abrirDiarioDeTeste()
    await diario.gravar(MAIOR_LOTE)
    let gravadoMs = 0
    const publicadosMs: number[] = []
    const broker = destinoDeTeste(async () => {
      publicadosMs.push(performance.now())
      await ate(() => gravadoMs > 0, LIMITE_MS, 'o commit depois da leitura adiantada')
      return []
    })
    const ler = async (apos: number, limite: number) => {
      const lidos = await diario.fonte.ler(apos, limite)
      if (lidos.length === 0 && gravadoMs === 0) {
        await diario.gravar(1)
        gravadoMs = performance.now()
      }
      return lidos
    }
    await using _relay = iniciarRelay({ ...diario.fonte, ler, publicar: broker.publicar })
    await diario.cursorEm(MAIOR_LOTE + 1)
    return publicadosMs[1]! - gravadoMs
  }
})
