// Values for the fuzz: those that a schema of the document allows, and those that nobody expects.
import fc from 'fast-check'
import type { Esquema } from '../../src/gateway/esquema_de_teste.ts'

/** By the name of a field or parameter: values that exist in the system under test. */
export type Conhecidos = Readonly<Record<string, readonly unknown[]>>

export interface Contexto {
  readonly esquemas: Readonly<Record<string, unknown>>
  readonly conhecidos: Conhecidos
}
type Completo = Esquema & {
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly example?: unknown
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

/** Long enough to meet the rules, short enough to make ten thousand of them. */
const MAIS_LETRAS = 20
const MAIS_ITENS = 4
const PERTO = 10

/** A value that `esquema` allows; a known one of that `nome`, three times of four. */
export function porEsquema(contexto: Contexto, esquema: Esquema, nome = ''): fc.Arbitrary<unknown> {
  const { conhecidos } = contexto
  const dados = Object.hasOwn(conhecidos, nome) ? conhecidos[nome] : undefined
  if (!dados) return semNome(contexto, esquema)
  // Its example may name somebody who exists too.
  const gerado = semNome(contexto, { ...esquema, example: undefined })
  const conhecido = fc.constantFrom(...dados)
  return fc.oneof({ weight: 3, arbitrary: conhecido }, { weight: 1, arbitrary: gerado })
}

function semNome(contexto: Contexto, esquema: Completo): fc.Arbitrary<unknown> {
  const { $ref, enum: opcoes, anyOf, oneOf, allOf, example } = esquema
  if ($ref) return porEsquema(contexto, contexto.esquemas[$ref.split('/').at(-1)!] as Esquema)
  if (opcoes) return fc.constantFrom(...opcoes)
  if ('const' in esquema) return fc.constant(esquema.const)
  const alternativas = anyOf ?? oneOf
  if (alternativas) return fc.oneof(...alternativas.map((e) => porEsquema(contexto, e)))
  if (allOf) {
    const partes = fc.tuple(...allOf.map((e) => porEsquema(contexto, e)))
    return partes.map((lidas) => Object.assign({}, ...(lidas as object[])) as unknown)
  }
  const tipos = [esquema.type ?? 'string'].flat()
  const gerado = fc.oneof(...tipos.map((tipo) => porTipo(contexto, esquema, tipo)))
  return example === undefined ? gerado : fc.oneof(fc.constant(example), gerado)
}

function porTipo(contexto: Contexto, esquema: Completo, tipo: string): fc.Arbitrary<unknown> {
  const { minimum = 0, minItems = 0, maxItems = minItems + MAIS_ITENS } = esquema
  switch (tipo) {
    case 'object':
      return objeto(contexto, esquema)
    case 'array': {
      const { prefixItems, items } = esquema
      if (prefixItems) return fc.tuple(...prefixItems.map((e) => porEsquema(contexto, e)))
      const item = typeof items === 'object' ? porEsquema(contexto, items) : fc.constant(1)
      return fc.array(item, { minLength: minItems, maxLength: Math.min(maxItems, minItems + 4) })
    }
    case 'integer': {
      const { maximum = Number.MAX_SAFE_INTEGER } = esquema
      const perto = fc.maxSafeInteger().map((n) => minimum + (Math.abs(n) % PERTO))
      const longe = fc.constantFrom(minimum, maximum)
      const cabe = (n: number) => Math.min(Math.max(n, minimum), maximum)
      return fc.oneof({ weight: 4, arbitrary: perto.map(cabe) }, { weight: 1, arbitrary: longe })
    }
    case 'number':
      return fc.double({ min: minimum, max: esquema.maximum ?? 1, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return texto(esquema)
  }
}

function objeto(contexto: Contexto, esquema: Completo): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = esquema
  const campos = Object.entries(properties).map(([nome, e]) => [
    nome,
    porEsquema(contexto, e, nome),
  ])
  return fc.record(Object.fromEntries(campos) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [...required],
    noNullPrototype: true,
  })
}

function texto({ pattern, format, minLength = 0, maxLength }: Completo): fc.Arbitrary<unknown> {
  if (pattern) return fc.stringMatching(new RegExp(pattern), { size: 'small' })
  if (format === 'email') return fc.emailAddress()
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((d) => d.toISOString())
  const maior = Math.min(maxLength ?? Number.POSITIVE_INFINITY, minLength + MAIS_LETRAS)
  return fc.string({ minLength, maxLength: maior })
}

const GRANDE = 10_000
const FUNDO = 2_000
const aninhado = (abre: string, fecha: string): unknown =>
  JSON.parse(abre.repeat(FUNDO) + fecha.repeat(FUNDO).replace(/^/, abre === '[' ? '' : '0'))

export const TEXTOS_HOSTIS = [
  '',
  ' ',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  '0x10',
  '1e3',
  '٣',
  'x'.repeat(GRANDE),
  '\u0000',
  '\u0001\u001b[31m\u007f',
  'a\r\nSet-Cookie: b=c',
  '😀'.repeat(PERTO),
  '\ud800',
  'a\udc00b',
  '\u202eadmin',
  "' or 1=1 --",
  "1'; drop table pedidos; --",
  '" union all values(1)#',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  '..%2f..%2f',
  '%00%0d%0a',
  `${'$'}{7*7}{{7*7}}`,
  '__proto__',
  'constructor',
] as const

/** Of every JSON type, wrong wherever they stand. */
export const HOSTIS: readonly unknown[] = [
  ...TEXTOS_HOSTIS,
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  5e-324,
  [],
  {},
  [[]],
  [null],
  { 0: 1, length: 1 },
  JSON.parse('{"__proto__":{"papel":"admin"},"constructor":{"prototype":1}}'),
  { toString: null, valueOf: 1, toJSON: 'x' },
  aninhado('[', ']'),
  aninhado('{"a":', '}'),
]

export const hostil = fc.constantFrom(...HOSTIS)
