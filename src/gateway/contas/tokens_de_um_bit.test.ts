// A token with one bit changed, anywhere, is not a token: ten thousand of them, at the function and
// at the gateway's door.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PAPEIS } from '../acesso/direitos.ts'
import { gatewayDeTeste } from '../gateway_de_teste.ts'
import { abrirForja } from './forja_de_teste.ts'

/** Another one: SEMENTE=7 node --test src/gateway/contas/tokens_de_um_bit.test.ts */
const SEMENTE = Number(process.env.SEMENTE ?? 20_260_102)
const INVERSOES = 10_000
const EM_VOO = 50

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const { recusado } = await abrirForja(gateway)
const legitimos = await Promise.all(PAPEIS.map((papel) => gateway.tokenDe(papel)))

/** Every text that differs from the token in one bit: of its letters, or of what they encode. */
function inversoes(legitimo: string): string[] {
  const letras = Buffer.from(legitimo)
  const dasLetras = Array.from({ length: letras.length * 8 }, (_, bit) =>
    inverter(letras, bit).toString('latin1'),
  )
  const partes = legitimo.split('.')
  const dosBytes = partes.flatMap((uma, i) => {
    const bytes = Buffer.from(uma, 'base64url')
    return Array.from({ length: bytes.length * 8 }, (_, bit) =>
      partes.with(i, inverter(bytes, bit).toString('base64url')).join('.'),
    )
  })
  return [...dasLetras, ...dosBytes]
}

function inverter(bytes: Buffer, bit: number): Buffer {
  const outros = Buffer.from(bytes)
  outros[bit >> 3] = (outros[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return outros
}

/** The same order for the same seed (mulberry32). */
function* sorteio(semente: number): Generator<number> {
  for (let estado = semente; ; ) {
    estado = (estado + 0x6d2b79f5) | 0
    let t = Math.imul(estado ^ (estado >>> 15), 1 | estado)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    yield ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

test(`${INVERSOES} inversões de um bit, em todas as posições: nenhuma vale`, async (t) => {
  t.diagnostic(`SEMENTE=${SEMENTE}`)
  const sortes = sorteio(SEMENTE)
  const todas = legitimos
    .flatMap(inversoes)
    .map((texto) => ({ texto, sorte: sortes.next().value as number }))
    .sort((a, b) => a.sorte - b.sorte)
  assert.ok(todas.length >= INVERSOES, `só ${todas.length}`)
  const restantes = todas.slice(0, INVERSOES).values()
  const umaFila = async () => {
    for (const { texto } of restantes) await recusado(texto, texto)
  }
  await Promise.all(Array.from({ length: EM_VOO }, umaFila))
})
