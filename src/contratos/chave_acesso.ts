// The 44-digit access key of an NF-e, as the live fiscal service and the synthetic data write it.
// Layout and check digit: Manual de Orientação do Contribuinte 7.0, Visão Geral, item 2.2.6:
// cUF(2) AAMM(4) CNPJ(14) mod(2) serie(3) nNF(9) tpEmis(1) cNF(8) cDV(1).

export type PartesDaChave = {
  /** IBGE code of the issuer's state, e.g. 35 for São Paulo. */
  readonly uf: number
  /** Instant of emission, UTC ISO 8601; only its year and month enter the key. */
  readonly emissao: string
  /** 14 digits, no punctuation. */
  readonly cnpj: string
  /** 0–999. */
  readonly serie: number
  /** Number of the nota, 1–999999999. */
  readonly numero: number
  /** cNF, 0–99999999: random, so that the key is hard to guess; never the number itself. */
  readonly codigo: number
}

const MODELO_NFE = '55'
const EMISSAO_NORMAL = '1'
const UFS: ReadonlySet<number> = new Set([
  11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32, 33, 35, 41, 42, 43, 50,
  51, 52, 53,
])
const FORMATO_CHAVE = /^(\d{2})\d{2}(0[1-9]|1[0-2])\d{14}55\d{22}$/

/** The key of one nota. Throws RangeError on a part that does not fit its field. */
export function chaveDeAcesso(partes: PartesDaChave): string {
  const { uf, emissao, cnpj, serie, numero, codigo } = partes
  if (!UFS.has(uf)) throw new RangeError(`UF desconhecida: ${uf}`)
  const mes = /^\d{2}(\d{2})-(0[1-9]|1[0-2])-/.exec(emissao)
  if (!mes) throw new RangeError(`emissão fora do formato ISO 8601: ${emissao}`)
  if (!/^\d{14}$/.test(cnpj)) throw new RangeError('o CNPJ deve ter 14 dígitos')
  if (numero === 0) throw new RangeError('a numeração das notas começa em 1')

  const base = [
    uf,
    `${mes[1]}${mes[2]}`,
    cnpj,
    MODELO_NFE,
    campo('serie', serie, 3),
    campo('numero', numero, 9),
    EMISSAO_NORMAL,
    campo('codigo', codigo, 8),
  ].join('')
  return `${base}${digitoVerificador(base)}`
}

/** cDV of 43 digits: modulo 11, weights 2 to 9 from the right; remainder 0 or 1 gives 0. */
export function digitoVerificador(base: string): number {
  if (!/^\d{43}$/.test(base)) throw new RangeError('a base da chave deve ter 43 dígitos')
  let soma = 0
  for (let posicao = 0; posicao < base.length; posicao++) {
    const peso = 2 + ((base.length - 1 - posicao) % 8)
    soma += Number(base[posicao]) * peso
  }
  const resto = soma % 11
  return resto < 2 ? 0 : 11 - resto
}

/** True for 44 digits of model 55 with a known state, a month 01–12 and the right check digit. */
export function chaveValida(chave: string): boolean {
  const partes = FORMATO_CHAVE.exec(chave)
  if (!partes || !UFS.has(Number(partes[1]))) return false
  return digitoVerificador(chave.slice(0, 43)) === Number(chave[43])
}

function campo(nome: string, valor: number, digitos: number): string {
  if (!Number.isInteger(valor) || valor < 0 || valor >= 10 ** digitos) {
    throw new RangeError(`${nome} não cabe em ${digitos} dígitos: ${valor}`)
  }
  return String(valor).padStart(digitos, '0')
}
