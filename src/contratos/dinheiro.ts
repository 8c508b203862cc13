// Money is integer centavos everywhere inside; reais exist only at the doors.
import type { Brand } from './ids.ts'

export type Centavos = Brand<number, 'Centavos'>

/** The largest order total: R$ 90 trillion, still exact in a double. */
export const MAIOR_VALOR = 9_000_000_000_000_000

export const comoCentavos = (n: number): Centavos => {
  if (!Number.isSafeInteger(n)) throw new RangeError(`valor inexato em centavos: ${n}`)
  return n as Centavos
}

/**
 * Reais from an old client's decimal or 32-bit float → centavos, rounded to the nearest.
 * `undefined` for what is no positive amount; a float32 is exact to the cent up to R$ 131,071.99.
 */
export function deReais(valor: number): Centavos | undefined {
  if (!Number.isFinite(valor) || valor <= 0) return undefined
  const centavos = Math.round(valor * 100)
  return centavos >= 1 && centavos <= MAIOR_VALOR ? comoCentavos(centavos) : undefined
}

export const emReais = (centavos: Centavos): number => centavos / 100

let moeda: Intl.NumberFormat | undefined
/** `R$ 1.234,56`. The format is made when first needed: it loads megabytes of locale data. */
export function formatar(centavos: number): string {
  moeda ??= new Intl.NumberFormat('pt-BR', { style: 'currency', currency: 'BRL' })
  return moeda.format(centavos / 100)
}

export const somar = (parcelas: Iterable<number>): Centavos => {
  let total = 0
  for (const parcela of parcelas) total += parcela
  return comoCentavos(total)
}
