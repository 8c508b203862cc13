// When things happened to an order, in milliseconds since 1970: each step strictly after the one
// before it, none in the future, all within 90 days.
import type { Metodo } from '../contratos/comandos.ts'
import type { Sorteio } from './sorteio.ts'

const MINUTO = 60_000
const HORA = 60 * MINUTO
const DIA = 24 * HORA

/**
 * 89 and not 90: `agora` is by default the start of the day, and until that day is over the oldest
 * order must still be less than 90 days old.
 */
const JANELA = 89 * DIA
/** The youngest order is this old, so that all its steps fit before `agora` (see `encadear`). */
const IDADE_MINIMA = HORA

type Espera = readonly [min: number, max: number]
const ESPERA_PAGAMENTO: Record<Metodo, Espera> = {
  cartao_credito: [MINUTO, 10 * MINUTO],
  pix: [MINUTO, 30 * MINUTO],
  boleto: [HORA, 3 * DIA],
}
const ESPERA_NOTA: Espera = [5 * MINUTO, DIA]
const ESPERA_DESPACHO: Espera = [HORA, 3 * DIA]
const ESPERA_ENTREGA: Espera = [DIA, 10 * DIA]

/**
 * Creation of order `indice` of `total`: each has its own slice of the window, so ids rise with
 * time as in a real shop and no list of instants has to be kept or sorted.
 */
export function sortearCriacao(s: Sorteio, agora: number, indice: number, total: number): number {
  const fatia = (JANELA - IDADE_MINIMA) / total
  const inicio = agora - JANELA
  return s.inteiro(inicio + Math.ceil(fatia * indice), inicio + Math.ceil(fatia * (indice + 1)) - 1)
}

/** The first `passos` of payment, nota, dispatch and delivery of an order created at `criadoEm`. */
export function sortearPassos(
  s: Sorteio,
  { criadoEm, agora, metodo }: { criadoEm: number; agora: number; metodo: Metodo },
  passos: number,
): number[] {
  const esperas = [ESPERA_PAGAMENTO[metodo], ESPERA_NOTA, ESPERA_DESPACHO, ESPERA_ENTREGA]
    .slice(0, passos)
    .map(([min, max]) => s.inteiro(min, max))
  return encadear(criadoEm, agora, esperas)
}

/**
 * The instants after each wait. Where the waits do not fit before `agora` they shrink together: the
 * shortest is 1 min and all are at most 17 days, so in the hour that every order has, each still
 * lasts about 147 ms, more than the 1 ms that the text shows.
 */
function encadear(criadoEm: number, agora: number, esperas: readonly number[]): number[] {
  const total = esperas.reduce((soma, espera) => soma + espera, 0)
  const escala = Math.min(1, (agora - criadoEm) / total)
  let decorrido = 0
  return esperas.map((espera) => {
    decorrido += espera
    return criadoEm + Math.floor(decorrido * escala)
  })
}
