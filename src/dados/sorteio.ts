// The seeded source of chance for orders. Faker serves names only: it is some fifty times slower
// than this, and a million orders need 20 million draws.

export interface Sorteio {
  /** Uniform in [min, max], both ends included; exact for ranges up to 2^53. */
  inteiro(min: number, max: number): number
  chance(probabilidade: number): boolean
  um<T>(opcoes: readonly [T, ...T[]]): T
}

/** The same seed, an integer 0–4294967295, gives the same draws on every machine. */
export function criarSorteio(semente: number): Sorteio {
  const proximo = sfc32(semente)
  const real = () => (proximo() * 2 ** 21 + (proximo() >>> 11)) / 2 ** 53
  const inteiro = (min: number, max: number) => min + Math.floor(real() * (max - min + 1))
  return {
    inteiro,
    chance: (probabilidade) => real() < probabilidade,
    um: (opcoes) => opcoes[inteiro(0, opcoes.length - 1)] ?? opcoes[0],
  }
}

/**
 * sfc32, the small fast counting generator of PractRand (Chris Doty-Humphrey): four 32-bit words,
 * one of them a counter, so its period is at least 2^32. The first rounds spread the seed.
 */
function sfc32(semente: number): () => number {
  const RODADAS_INICIAIS = 12
  let a = 0
  let b = semente | 0
  let c = 0x9e3779b9 | 0
  let contador = 1
  const proximo = () => {
    const soma = (a + b + contador) | 0
    contador = (contador + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + soma) | 0
    return soma >>> 0
  }
  for (let rodada = 0; rodada < RODADAS_INICIAIS; rodada++) proximo()
  return proximo
}

/**
 * k distinct integers in [1, n] with exactly k draws (R. Floyd, "A sample of brilliance", CACM
 * 1987): redrawing what is already there would have no bound when k is close to n.
 */
export function distintos(sorteio: Sorteio, k: number, n: number): number[] {
  const escolhidos: number[] = []
  for (let limite = n - k + 1; limite <= n; limite++) {
    const numero = sorteio.inteiro(1, limite)
    escolhidos.push(escolhidos.includes(numero) ? limite : numero)
  }
  return escolhidos
}
