// Sales orders out of nothing, for who wants to see the topic `vendas` at work: the same seed gives
// the same sales, and sales_sample.json is a hundred of them.
import { criarSorteio } from './sorteio.ts'

/** Above every number that a checkout takes, so that the two never meet. */
export const PRIMEIRA_GERADA = 2_000_000_101
export const AMOSTRA = {
  ...{ arquivo: 'sales_sample.json', quantas: 100 },
  ...{ primeira: 2_000_000_001, semente: 1 },
} as const

const PRODUTOS = [
  ...(['Livro', 'Caderno', 'Caneta', 'Mochila', 'Luminária', 'Teclado'] as const),
  ...(['Fone de ouvido', 'Garrafa térmica', 'Camiseta', 'Café torrado'] as const),
] as const
const MAXIMO = { itens: 5, quantidade: 3 }
const PRECO_CENTAVOS = { menor: 1_050, maior: 50_099 }

export interface VendaGerada {
  readonly order_number: number
  readonly items: readonly {
    readonly product: string
    readonly quantity: number
    readonly unit_price: number
  }[]
}

export function* gerarVendas(
  quantas: number,
  primeira: number,
  semente: number,
): Generator<VendaGerada> {
  const sorteio = criarSorteio(semente)
  for (let i = 0; i < quantas; i++) {
    const items = Array.from({ length: sorteio.inteiro(1, MAXIMO.itens) }, () => ({
      product: sorteio.um(PRODUTOS as readonly string[] as readonly [string, ...string[]]),
      quantity: sorteio.inteiro(1, MAXIMO.quantidade),
      unit_price: sorteio.inteiro(PRECO_CENTAVOS.menor, PRECO_CENTAVOS.maior) / 100,
    }))
    yield { order_number: primeira + i, items }
  }
}

/** What is in sales_sample.json. */
export const amostra = (): Generator<VendaGerada> =>
  gerarVendas(AMOSTRA.quantas, AMOSTRA.primeira, AMOSTRA.semente)
