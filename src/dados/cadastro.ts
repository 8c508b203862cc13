// Clients and products. Faker keeps one global state, and other code may draw from it while we
// yield between blocks; so every block is seeded anew and drawn without a pause.
import { faker } from '@faker-js/faker/locale/pt_BR'
import type { Sorteio } from './sorteio.ts'

export type Cliente = { readonly id: number; readonly nome: string; readonly email: string }
export type Produto = {
  readonly id: number
  readonly nome: string
  readonly precoCentavos: number
  readonly estoque: number
}

const CATEGORIAS = ['Eletrônico', 'Vestuário', 'Livro', 'Alimento'] as const
const MENOR_PRECO_CENTAVOS = 10_50
const MAIOR_PRECO_CENTAVOS = 500_99
const MAIOR_ESTOQUE = 100

/** Clients `primeiro` to `ultimo`; the id inside the e-mail makes it unique. */
export function sortearClientes(semente: number, primeiro: number, ultimo: number): Cliente[] {
  faker.seed([semente, primeiro])
  const clientes: Cliente[] = []
  for (let id = primeiro; id <= ultimo; id++) {
    const usuario = faker.internet.username().toLowerCase()
    clientes.push({
      id,
      nome: faker.person.fullName(),
      email: `cliente_${id}_${usuario}@example.com`,
    })
  }
  return clientes
}

/** Names repeat only when there are more products than pairs of word and category (1,308). */
export function sortearProdutos(sorteio: Sorteio, semente: number, quantos: number): Produto[] {
  faker.seed(semente)
  const palavras = faker.definitions.word.noun ?? []
  const nomes = faker.helpers.shuffle(
    palavras.flatMap((palavra) =>
      CATEGORIAS.map((tipo) => `Produto ${maiuscula(palavra)} ${tipo}`),
    ),
  )
  return Array.from({ length: quantos }, (_, i) => ({
    id: i + 1,
    nome: nomes[i % nomes.length] ?? '',
    precoCentavos: sorteio.inteiro(MENOR_PRECO_CENTAVOS, MAIOR_PRECO_CENTAVOS),
    estoque: sorteio.inteiro(0, MAIOR_ESTOQUE),
  }))
}

function maiuscula(palavra: string): string {
  return palavra.charAt(0).toLocaleUpperCase('pt-BR') + palavra.slice(1)
}
