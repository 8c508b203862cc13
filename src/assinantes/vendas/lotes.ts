// Sales gathered into batches for a few parallel workers. A number is written by one of them at a
// time: what comes with the same number meanwhile is compared with what became of the first.
import type { Venda } from './domain.ts'

/** A row that was not written: there before with this total, or refused for its own sake. */
export type Achado =
  | { readonly situacao: 'havia'; readonly total: string }
  | { readonly situacao: 'recusada'; readonly motivo: string }

export type Desfecho =
  | { readonly situacao: 'gravada' | 'repetida' }
  | { readonly situacao: 'conflito'; readonly total: string }
  | { readonly situacao: 'recusada'; readonly motivo: string }

export interface OpcoesDosLotes {
  /** Rows in a batch at most. */
  readonly lote: number
  /** What a batch that does not fill waits for more. */
  readonly esperaMs: number
  readonly trabalhadores: number
  /**
   * In the order of the numbers. Resolves after the commit with those not written, by number, and
   * rejects only when it is all over.
   */
  gravar(lote: readonly Venda[]): Promise<ReadonlyMap<number, Achado>>
}

export interface Lotes {
  /** Resolves when it is known for good; how many may wait is the caller's to bound. */
  entregar(venda: Venda): Promise<Desfecho>
  /** From now on nothing waits for more. */
  semEspera(): void
}

interface Entrada extends PromiseWithResolvers<Desfecho> {
  readonly venda: Venda
  /** Of the same number, in the order of their arrival. */
  readonly seguintes: Entrada[]
}

export function criarLotes({ gravar, ...limites }: OpcoesDosLotes): Lotes {
  const porNumero = new Map<number, Entrada>()
  const fila = criarFila(limites, trabalhar)

  function enfileirar(entrada: Entrada): void {
    porNumero.set(entrada.venda.numero, entrada)
    fila.entrar(entrada)
  }

  async function trabalhar(entradas: Entrada[]): Promise<void> {
    // In one order everywhere, so that two batches never wait for each other's rows.
    const vendas = entradas.map(({ venda }) => venda).sort((a, b) => a.numero - b.numero)
    try {
      const achados = await gravar(vendas)
      for (const entrada of entradas) concluir(entrada, achados.get(entrada.venda.numero))
    } catch (erro) {
      for (const entrada of entradas) {
        porNumero.delete(entrada.venda.numero)
        for (const { reject } of [entrada, ...entrada.seguintes]) reject(erro)
      }
    }
  }

  function concluir({ venda, seguintes, resolve }: Entrada, achado: Achado | undefined): void {
    porNumero.delete(venda.numero)
    if (achado === undefined) resolve(GRAVADA)
    else if (achado.situacao === 'havia') resolve(comparar(venda, achado.total))
    else {
      resolve(achado)
      // The next one may be better.
      const [proxima, ...outras] = seguintes
      if (!proxima) return
      proxima.seguintes.push(...outras)
      enfileirar(proxima)
      return
    }
    const total = achado?.total ?? venda.total
    for (const seguinte of seguintes) seguinte.resolve(comparar(seguinte.venda, total))
  }

  return {
    entregar(venda) {
      const entrada = { venda, seguintes: [], ...Promise.withResolvers<Desfecho>() }
      const primeira = porNumero.get(venda.numero)
      if (primeira) primeira.seguintes.push(entrada)
      else enfileirar(entrada)
      return entrada.promise
    },
    semEspera: fila.semEspera,
  }
}

/** What waits for a worker; `trabalhar` must not reject. */
function criarFila(
  { lote, esperaMs, trabalhadores }: Omit<OpcoesDosLotes, 'gravar'>,
  trabalhar: (entradas: Entrada[]) => Promise<void>,
) {
  let fila: Entrada[] = []
  let ocupados = 0
  let relogio: NodeJS.Timeout | undefined
  let espera = esperaMs > 0
  let venceu = !espera

  function despachar(): void {
    while (ocupados < trabalhadores && (fila.length >= lote || (venceu && fila.length > 0))) {
      const entradas = fila.slice(0, lote)
      fila = fila.slice(lote)
      venceu = !espera
      clearTimeout(relogio)
      relogio = undefined
      ocupados++
      void trabalhar(entradas).then(() => {
        ocupados--
        despachar()
      })
    }
    if (fila.length > 0 && !venceu) relogio ??= setTimeout(vencer, esperaMs)
  }
  function vencer(): void {
    clearTimeout(relogio)
    relogio = undefined
    venceu = true
    despachar()
  }
  return {
    entrar(entrada: Entrada): void {
      fila.push(entrada)
      despachar()
    },
    semEspera(): void {
      espera = false
      vencer()
    },
  }
}

const GRAVADA: Desfecho = { situacao: 'gravada' }
const comparar = ({ total }: Venda, guardado: string): Desfecho =>
  total === guardado ? { situacao: 'repetida' } : { situacao: 'conflito', total: guardado }
