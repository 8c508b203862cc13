// Decimals of any size, as JSON and PostgreSQL write them.

/** A JSON number beside its own text, where the double alone would not tell which it was. */
export class Exato {
  readonly valor: number
  readonly texto: string
  constructor(valor: number, texto: string) {
    this.valor = valor
    this.texto = texto
  }
}

/** unidades / 10^casas, with as few places as will do. */
export interface Decimal {
  readonly unidades: bigint
  readonly casas: number
}

const FORMA = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** An exponent beyond it would fill the memory with zeros. */
const MAIOR_EXPOENTE = 1_000

/** `undefined` for what is no decimal, or none that anybody would need. */
export function comoDecimal(texto: string): Decimal | undefined {
  const [, sinal = '', inteiro = '', fracao = '', expoente = '0'] = FORMA.exec(texto) ?? []
  if (inteiro === '' || Math.abs(Number(expoente)) > MAIOR_EXPOENTE) return undefined
  const digitos = (inteiro + fracao).replace(/^0+/, '')
  const uteis = digitos.replace(/0+$/, '')
  if (uteis === '') return { unidades: 0n, casas: 0 }
  const casas = fracao.length - Number(expoente) - (digitos.length - uteis.length)
  const zeros = '0'.repeat(Math.max(0, -casas))
  return { unidades: BigInt(sinal + uteis + zeros), casas: Math.max(0, casas) }
}

/** Without superfluous zeros. */
export function emTexto({ unidades, casas }: Decimal): string {
  const sinal = unidades < 0n ? '-' : ''
  const digitos = String(unidades < 0n ? -unidades : unidades).padStart(casas + 1, '0')
  const inteiro = digitos.slice(0, digitos.length - casas)
  const fracao = digitos.slice(digitos.length - casas).replace(/0+$/, '')
  return sinal + inteiro + (fracao && `.${fracao}`)
}
