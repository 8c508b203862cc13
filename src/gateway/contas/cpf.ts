// CPF, the Brazilian taxpayer's number: nine digits and two check digits, modulo 11 with the
// weights 10…2 and 11…2, with or without its punctuation.

const FORMA = /^(?:\d{11}|\d{3}\.\d{3}\.\d{3}-\d{2})$/
/** The arithmetic accepts them; nobody has one. */
const TODOS_IGUAIS = /^(\d)\1{10}$/
const SEM_DIGITOS = 9

/** The digit that follows `algarismos`. */
function digito(algarismos: string): number {
  const maiorPeso = algarismos.length + 1
  const soma = [...algarismos].reduce((total, n, i) => total + Number(n) * (maiorPeso - i), 0)
  return ((soma * 10) % 11) % 10
}

/** The eleven digits alone; undefined when they are no CPF. */
export function lerCpf(texto: string): string | undefined {
  if (!FORMA.test(texto)) return undefined
  const algarismos = texto.replaceAll(/\D/g, '')
  if (TODOS_IGUAIS.test(algarismos)) return undefined
  const base = algarismos.slice(0, SEM_DIGITOS)
  const primeiro = digito(base)
  const segundo = digito(`${base}${primeiro}`)
  return algarismos === `${base}${primeiro}${segundo}` ? algarismos : undefined
}
