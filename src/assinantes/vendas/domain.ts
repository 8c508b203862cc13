// What a sale is, and what it comes to: read once at the door, with every bound named, and added up
// exactly, whatever the size. A float is never added to a float.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { MAIOR_ID } from '../../contratos/ids.ts'
import { comoDecimal, type Decimal, Exato, emTexto } from './decimal.ts'

export const MAXIMO_DE_ITENS = 1_000
export const MAIOR_PRODUTO = 200
export const MAIOR_QUANTIDADE = 1_000_000
export const MAIOR_PRECO = 1_000_000_000
export const MAXIMO_DE_CASAS = 20

export interface Venda {
  readonly numero: number
  /** Decimal text without superfluous zeros: two totals are equal when their texts are. */
  readonly total: string
}

type Numero = number | Exato
interface Item {
  readonly quantity: Numero
  readonly unit_price: Numero
}

/** Errors: ErroDeNegocio mensagem_invalida, which names the field and which no repeat can mend. */
export function lerVenda(texto: string): Venda {
  const corpo = comoObjeto(lerJson(texto), 'o valor')
  const { order_number, items } = corpo
  exigir(ehInteiro(order_number, MAIOR_ID), `order_number: deve ser um inteiro de 1 a ${MAIOR_ID}`)
  exigir(Array.isArray(items), 'items: deve ser uma lista')
  exigir(items.length > 0, 'items: deve ter pelo menos um')
  exigir(items.length <= MAXIMO_DE_ITENS, `items: deve ter no máximo ${MAXIMO_DE_ITENS}`)
  for (const [i, item] of items.entries()) exigirItem(item, i)
  return { numero: valorDe(order_number) as number, total: totalDe(items as Item[]) }
}

export const totalDe = (itens: readonly Item[]): string =>
  totalEmInteiros(itens) ?? totalEmDecimais(itens)

/** Ten-thousandths: what prices nearly always are. */
const CASAS = 4
const ESCALA = 10 ** CASAS

/**
 * The same in integers that a double holds exactly, twenty times as fast; `undefined` where it
 * cannot be known to be exact. A price of at most 15 digits is the only such decimal next to its
 * double; so if n / 10^4, rounded once, is that double, then n / 10^4 is the price.
 */
function totalEmInteiros(itens: readonly Item[]): string | undefined {
  let total = 0
  for (const { quantity, unit_price } of itens) {
    if (typeof quantity !== 'number' || typeof unit_price !== 'number') return undefined
    const unidades = Math.round(unit_price * ESCALA)
    if (unidades / ESCALA !== unit_price) return undefined
    total += quantity * unidades
    if (total > Number.MAX_SAFE_INTEGER) return undefined
  }
  const resto = total % ESCALA
  const inteiro = String((total - resto) / ESCALA)
  if (resto === 0) return inteiro
  return `${inteiro}.${String(resto).padStart(CASAS, '0').replace(/0+$/, '')}`
}

export function totalEmDecimais(itens: readonly Item[]): string {
  const precos = itens.map(({ unit_price }) => decimalDe(unit_price))
  const casas = Math.max(...precos.map((preco) => preco.casas))
  const unidades = itens.reduce((soma, { quantity }, i) => {
    const preco = precos[i]!
    return (
      soma +
      BigInt(valorDe(quantity) as number) * preco.unidades * 10n ** BigInt(casas - preco.casas)
    )
  }, 0n)
  return emTexto({ unidades, casas })
}

function exigirItem(dito: unknown, i: number): void {
  const item = comoObjeto(dito, `items.${i}`)
  const { product, quantity, unit_price } = item
  const produto = typeof product === 'string' && product !== '' && product.length <= MAIOR_PRODUTO
  if (!produto) recusar(`items.${i}.product: deve ser um texto de 1 a ${MAIOR_PRODUTO} caracteres`)
  if (!ehInteiro(quantity, MAIOR_QUANTIDADE)) {
    recusar(`items.${i}.quantity: deve ser um inteiro de 1 a ${MAIOR_QUANTIDADE}`)
  }
  if (ehPreco(unit_price)) return
  const limites = `de 0 a ${MAIOR_PRECO}, com até ${MAXIMO_DE_CASAS} casas`
  recusar(`items.${i}.unit_price: deve ser um número ${limites}`)
}

function ehInteiro(dito: unknown, maior: number): dito is Numero {
  if (dito instanceof Exato && comoDecimal(dito.texto)?.casas !== 0) return false
  const numero = valorDe(dito)
  return typeof numero === 'number' && Number.isInteger(numero) && numero >= 1 && numero <= maior
}

function ehPreco(dito: unknown): dito is Numero {
  const numero = valorDe(dito)
  if (typeof numero !== 'number' || !(numero >= 0 && numero <= MAIOR_PRECO)) return false
  // A double's own text is short, and has many places only when it is tiny.
  if (typeof dito === 'number' && (numero >= 1 || numero === 0)) return true
  const decimal = comoDecimal(textoDe(dito as Numero))
  if (!decimal || decimal.casas > MAXIMO_DE_CASAS || decimal.unidades < 0n) return false
  return decimal.unidades <= BigInt(MAIOR_PRECO) * 10n ** BigInt(decimal.casas)
}

const valorDe = (dito: unknown): unknown => (dito instanceof Exato ? dito.valor : dito)
const textoDe = (numero: Numero): string => (numero instanceof Exato ? numero.texto : `${numero}`)
const decimalDe = (numero: Numero): Decimal => comoDecimal(textoDe(numero))!

/**
 * A number of more than 15 digits may not be the one that its double prints, and one with a
 * negative exponent may be a zero that was none: those texts are kept. Dots count as digits here.
 */
const SUSPEITO = /[\d.]{16}|\d[eE]-/

function lerJson(texto: string): unknown {
  try {
    return SUSPEITO.test(texto) ? (JSON.parse as ComTexto)(texto, guardarTexto) : JSON.parse(texto)
  } catch {
    return recusar('o valor não é JSON')
  }
}

/** The types of the language do not know the third argument yet. */
type ComTexto = (texto: string, rever: typeof guardarTexto) => unknown

function guardarTexto(_: string, valor: unknown, { source }: { source?: string }): unknown {
  return typeof valor === 'number' ? new Exato(valor, source ?? '') : valor
}

function comoObjeto(dito: unknown, oQue: string): Readonly<Record<string, unknown>> {
  const objeto =
    typeof dito === 'object' && dito !== null && !Array.isArray(dito) && !(dito instanceof Exato)
  exigir(objeto, `${oQue}: deve ser um objeto JSON`)
  return dito as Readonly<Record<string, unknown>>
}

function exigir(vale: boolean, detalhe: string): asserts vale {
  if (!vale) recusar(detalhe)
}
export function recusar(detalhe: string): never {
  throw new ErroDeNegocio('mensagem_invalida', detalhe)
}
