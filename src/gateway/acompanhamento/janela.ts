// The newest changes of status, kept in memory: who comes back within them misses nothing, and a
// thousand who come back at once ask pedidos nothing.
import type { Mudanca, Mudancas } from '../../servicos/pedidos/mudancas.ts'

/** Some 3 MB. */
const MAIOR_JANELA = 10_000

export interface Janela {
  /** Every change after this place, and up to `fim`, is here. */
  readonly inicio: number
  /** As far as the log has been read. */
  readonly fim: number
  /** How many changes it holds at least, once there were so many. */
  readonly maior: number
  acrescentar(lidas: Mudancas): void
  /** Forgets all: the log is read from this place on. */
  recomecar(lugar: number): void
  /** In order; the caller reads them before anything else happens to the window. */
  apos(lugar: number): Iterable<Mudanca>
}

export function criarJanela(maior = MAIOR_JANELA): Janela {
  let mudancas: Mudanca[] = []
  let inicio = 0
  let fim = 0
  /** Forgotten together, so that forgetting costs next to nothing. */
  const sobra = Math.ceil(maior / 10)

  function esquecer(): void {
    const velhas = mudancas.splice(0, mudancas.length - maior)
    inicio = velhas.at(-1)?.id ?? inicio
  }

  return {
    get inicio() {
      return inicio
    },
    get fim() {
      return fim
    },
    maior,
    acrescentar(lidas) {
      mudancas.push(...lidas.mudancas)
      fim = lidas.ate
      if (mudancas.length > maior + sobra) esquecer()
    },
    recomecar(lugar) {
      mudancas = []
      inicio = lugar
      fim = lugar
    },
    *apos(lugar) {
      for (let i = primeiraApos(mudancas, lugar); i < mudancas.length; i++) yield mudancas[i]!
    },
  }
}

/** The index of the first with a greater id: they are in order. */
function primeiraApos(mudancas: readonly Mudanca[], lugar: number): number {
  let [de, ate] = [0, mudancas.length]
  while (de < ate) {
    const meio = (de + ate) >> 1
    if (mudancas[meio]!.id > lugar) ate = meio
    else de = meio + 1
  }
  return de
}
