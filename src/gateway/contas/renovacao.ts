// The renewal code: opaque to whoever carries it. Its first 128 bits are the same in all codes of a
// session, so that a code used again is known for one however long ago it was replaced, and without
// keeping every code ever issued. The other 256 are new each time. Only digests are stored.
import { hash, randomBytes } from 'node:crypto'

const BYTES_DA_FAMILIA = 16
const BYTES_DO_SEGREDO = 32
const FORMA = /^[\w-]{64}$/

export interface Codigo {
  readonly texto: string
  /** SHA-256 of the part that all codes of the session share. */
  readonly familia: string
  /** SHA-256 of the whole. */
  readonly resumo: string
}

const sha256 = (bytes: Buffer | string): string => hash('sha256', bytes, 'base64url')

/** The first of a session, or the one that replaces `anterior`. */
export function novoCodigo(anterior?: Codigo): Codigo {
  const comum = anterior ? parteComum(anterior.texto) : randomBytes(BYTES_DA_FAMILIA)
  const bytes = Buffer.concat([comum, randomBytes(BYTES_DO_SEGREDO)])
  return comoCodigo(bytes.toString('base64url'))
}

/** Undefined when it cannot be one of ours, whatever was issued. */
export const lerCodigo = (texto: string): Codigo | undefined =>
  FORMA.test(texto) ? comoCodigo(texto) : undefined

const comoCodigo = (texto: string): Codigo => ({
  texto,
  familia: sha256(parteComum(texto)),
  resumo: sha256(texto),
})

const parteComum = (texto: string): Buffer =>
  Buffer.from(texto, 'base64url').subarray(0, BYTES_DA_FAMILIA)
