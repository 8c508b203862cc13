// JSON Schema as the OpenAPI document writes it, made strict: a field that is not documented fails.
import { Ajv2020 as Ajv, type Options } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** With the words that OpenAPI adds to JSON Schema. */
export function criarAjv(opcoes: Options = {}): Ajv {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, strictTuples: false, ...opcoes })
  addFormats.default(ajv)
  return ajv.addKeyword('example')
}

/** What of JSON Schema our documents use. */
export interface Esquema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Esquema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Esquema | boolean
  readonly items?: Esquema | boolean
  readonly prefixItems?: readonly Esquema[]
  readonly anyOf?: readonly Esquema[]
  readonly oneOf?: readonly Esquema[]
  readonly allOf?: readonly Esquema[]
}

/**
 * No field but the documented ones, wherever fields are listed; names in place of addresses. The
 * parts of an `allOf` are about one object, and none of them lists all its fields.
 */
export function fechar(esquema: Esquema): Esquema {
  const { $ref, properties, additionalProperties, items, prefixItems, anyOf, oneOf, allOf } =
    esquema
  return {
    ...esquema,
    ...($ref && { $ref: nomeEm($ref) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([n, e]) => [n, fechar(e)])),
      additionalProperties: additionalProperties ?? false,
    }),
    ...(typeof items === 'object' && { items: fechar(items) }),
    ...(prefixItems && { prefixItems: prefixItems.map(fechar) }),
    ...(anyOf && { anyOf: anyOf.map(fechar) }),
    ...(oneOf && { oneOf: oneOf.map(fechar) }),
    ...(allOf && { allOf: allOf.map((parte) => ({ ...parte, ...fechada(parte.$ref) })) }),
  }
}

const nomeEm = ($ref: string): string => $ref.split('/').at(-1) ?? $ref
const fechada = ($ref: string | undefined) => ($ref === undefined ? {} : { $ref: nomeEm($ref) })
