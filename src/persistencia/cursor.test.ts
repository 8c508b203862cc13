// What a power cut may have taken back from the destination is published again, and no more.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { abrirDiarioDeTeste, destinoDeTeste, umA } from '../../testes/diario.ts'
import type { Instante } from '../contratos/ids.ts'
import { INCERTO_MS } from './cursor.ts'
import { iniciarRelay } from './relay.ts'

const LIMITE_MS = 10_000
const agoraDeVerdade = performance.now.bind(performance)
const relogioAdiantado = (ms: number) => () => agoraDeVerdade() + ms

describe('cursor: a máquina que reiniciou', () => {
  it('recomeça do que já estava publicado um minuto antes, e só uma vez', async (t) => {
    await using diario = await abrirDiarioDeTeste()
    const passados = t.mock.method(performance, 'now', relogioAdiantado(0))
    const umaVida = async (boot: string, gravar: () => Promise<unknown>) => {
      const broker = destinoDeTeste(async () => [])
      await using _relay = iniciarRelay({ ...diario.fonte, boot, publicar: broker.publicar })
      await gravar()
      return broker.lotes.flat()
    }
    const aos = (ms: number, quantos: number) => async () => {
      passados.mock.mockImplementation(relogioAdiantado(ms))
      await diario.cursorEm(await diario.gravar(quantos))
    }
    await umaVida('a', async () => {
      await aos(0, 10)()
      await aos(INCERTO_MS, 10)()
      await aos(INCERTO_MS + 1_000, 10)()
      await aos(2 * INCERTO_MS, 10)()
      await aos(2 * INCERTO_MS + 1_000, 10)()
    })
    assert.deepEqual(await umaVida('a', aos(2 * INCERTO_MS + 2_000, 1)), [51])
    assert.deepEqual(await umaVida('b', aos(2 * INCERTO_MS + 3_000, 1)), umA(32, 21))
    assert.deepEqual(await umaVida('b', aos(2 * INCERTO_MS + 4_000, 1)), [53])
    assert.deepEqual(await umaVida('', aos(2 * INCERTO_MS + 5_000, 1)), [54])
  })

  it('o publicado com atraso conta pela hora da publicação, não pela do evento', async () => {
    await using diario = await abrirDiarioDeTeste()
    await diario.gravar(10, '2026-01-01T00:00:00.000Z' as Instante)
    for (const boot of ['a', 'b', 'c']) {
      const broker = destinoDeTeste(async () => [])
      await using _relay = iniciarRelay({ ...diario.fonte, boot, publicar: broker.publicar })
      await ate(() => broker.lotes.flat().length === 10, LIMITE_MS, `publicado no boot ${boot}`)
      await diario.cursorEm(10)
    }
  })
})
