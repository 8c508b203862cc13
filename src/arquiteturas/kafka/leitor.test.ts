// A stream read to its end, whatever its end is: in order, nothing left, nobody left waiting.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { lerCada } from './leitor.ts'

const LIMITE = { timeout: 10_000 }
const umaVolta = () => new Promise(setImmediate)
const abrir = () => new Readable({ objectMode: true, highWaterMark: 4, read: () => undefined })
const quebrou = new Error('quebrou')

/** Reads on until the stream or the signal ends. */
function lendo(leitor: Readable, signal = new AbortController().signal) {
  const lidas: number[] = []
  const receber = async (n: number) => {
    lidas.push(n)
    await umaVolta()
  }
  return { lidas, fim: lerCada<number>(leitor, receber, signal) }
}

describe('leitor', LIMITE, () => {
  it('dá cada uma na ordem, as que esperam e as que ainda vêm', async () => {
    const leitor = abrir()
    const todas = Array.from({ length: 200 }, (_, n) => n)
    for (const n of todas.slice(0, 10)) leitor.push(n)
    const { lidas, fim } = lendo(leitor)
    for (const n of todas.slice(10)) {
      leitor.push(n)
      if (n % 7 === 0) await umaVolta()
    }
    leitor.push(null)
    await fim
    assert.deepEqual(lidas, todas)
  })

  it('pede mais ao cliente: quem ouve é tido por quem lê', async () => {
    const leitor = abrir()
    const fim = new AbortController()
    const lido = lendo(leitor, fim.signal)
    for (let i = 0; i < 3; i++) {
      await umaVolta()
      assert.notEqual(leitor.readableFlowing, null)
      leitor.push(i)
    }
    await umaVolta()
    fim.abort()
    await lido.fim
    assert.deepEqual(lido.lidas, [0, 1, 2])
  })

  it('o que quebra o stream é o que se ouve, à espera ou não, antes ou depois', async () => {
    const esperando = abrir()
    const { fim } = lendo(esperando)
    await umaVolta()
    esperando.destroy(quebrou)
    await assert.rejects(fim, quebrou)

    const jaQuebrado = abrir().on('error', () => undefined)
    jaQuebrado.destroy(quebrou)
    await umaVolta()
    await assert.rejects(lendo(jaQuebrado).fim, quebrou)
  })

  it('abortado ou fechado, acaba sem erro; o que quebra depois não incomoda ninguém', async () => {
    const fechado = abrir()
    const lido = lendo(fechado)
    await umaVolta()
    fechado.destroy()
    await lido.fim

    const abortado = abrir()
    const controle = new AbortController()
    const outro = lendo(abortado, controle.signal)
    await umaVolta()
    controle.abort()
    await outro.fim
    abortado.destroy(quebrou)
    await umaVolta()
  })
})
