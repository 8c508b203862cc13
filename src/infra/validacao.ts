// What zod found wrong with a field, said in Brazilian Portuguese.
import * as z from 'zod'

const TIPOS: Readonly<Record<string, string>> = {
  string: 'um texto',
  number: 'um número',
  int: 'um número inteiro',
  boolean: 'verdadeiro ou falso',
  array: 'uma lista',
  tuple: 'uma lista',
  object: 'um objeto',
}

type Achado = Parameters<z.core.$ZodErrorMap>[0]

/** To be called once per process, before the first validation. */
export const validarEmPortugues = (): void => {
  z.config({ customError: descrever })
}

function descrever(achado: Achado): string | undefined {
  switch (achado.code) {
    case 'invalid_type':
      return achado.input === undefined
        ? 'campo obrigatório'
        : `deve ser ${TIPOS[achado.expected] ?? achado.expected}`
    case 'too_small':
      return limite('no mínimo', achado.origin, achado.minimum, achado.inclusive ?? true)
    case 'too_big':
      return limite('no máximo', achado.origin, achado.maximum, achado.inclusive ?? true)
    case 'invalid_value':
      return `deve ser ${achado.values.map(String).join(', ')}`
    case 'invalid_format':
      return 'formato inválido'
    case 'not_multiple_of':
      return `deve ser múltiplo de ${achado.divisor}`
    case 'unrecognized_keys':
      return `campos desconhecidos: ${achado.keys.join(', ')}`
    default:
      return undefined
  }
}

function limite(palavra: string, origem: string, valor: number | bigint, inclusive: boolean) {
  const um = Number(valor) === 1
  if (origem === 'array') return `deve ter ${palavra} ${valor} ${um ? 'item' : 'itens'}`
  if (origem === 'string') return `deve ter ${palavra} ${valor} ${um ? 'caractere' : 'caracteres'}`
  return inclusive
    ? `deve ser ${palavra} ${valor}`
    : `deve ser ${palavra === 'no mínimo' ? 'maior' : 'menor'} que ${valor}`
}
