// The tracking code of a shipment: UPU standard S10, service `BR`, origin country `BR`. Used by the
// live logistica service and by the synthetic data.

const PESOS = [8, 6, 4, 2, 3, 5, 9, 7] as const
const FORMATO = /^BR(\d{8})(\d)BR$/

/** The code of serial number n, 0–99999999: distinct numbers give distinct codes. */
export function codigoDeRastreamento(n: number): string {
  if (!Number.isInteger(n) || n < 0 || n > 99_999_999) {
    throw new RangeError(`número de rastreamento fora de 0–99999999: ${n}`)
  }
  const serie = String(n).padStart(PESOS.length, '0')
  return `BR${serie}${digitoS10(serie)}BR`
}

export function rastreamentoValido(codigo: string): boolean {
  const partes = FORMATO.exec(codigo)
  return partes !== null && digitoS10(partes[1] ?? '') === Number(partes[2])
}

/** 11 minus the weighted sum modulo 11, where 10 is written 0 and 11 is written 5 (S10, annex). */
function digitoS10(serie: string): number {
  const soma = PESOS.reduce((total, peso, i) => total + peso * Number(serie[i]), 0)
  const digito = 11 - (soma % 11)
  if (digito === 10) return 0
  return digito === 11 ? 5 : digito
}
