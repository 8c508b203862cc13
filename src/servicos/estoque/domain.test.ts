// All the items of an order are reserved or none; given back once, also before they were taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cenario, INSTANTE } from '../../../testes/cenario.ts'
import type { Item, LiberarEstoque, SepararEstoque } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import type {
  EstoqueInsuficiente,
  EstoqueLiberado,
  EstoqueSeparado,
} from '../../contratos/eventos.ts'
import { comoPedidoId, comoProdutoId } from '../../contratos/ids.ts'
import { decide, type Estado, evolve, type Respostas } from './domain.ts'

const A = comoProdutoId(1)
const B = comoProdutoId(2)
const livres = new Map([
  [A, 5],
  [B, 2],
])
const inicial: Estado = { separacao: { situacao: 'nenhuma' }, livres }
const dado = cenario({ inicial, decide, evolve })
const base = { pedido_id: comoPedidoId(1_001) }
const item = (produto_id = A, quantidade = 1): Item => ({ produto_id, quantidade })
const separar: SepararEstoque = { ...base, tipo: 'SepararEstoque' }
const liberar: LiberarEstoque = { ...base, tipo: 'LiberarEstoque', motivo: 'falha_na_emissao' }
const separado = (...itens: Item[]): EstoqueSeparado => ({
  ...{ ...base, tipo: 'EstoqueSeparado', itens, data_separacao: INSTANTE },
})
const insuficiente = (motivo: string): EstoqueInsuficiente => ({
  ...{ ...base, tipo: 'EstoqueInsuficiente', motivo },
})
const liberado: EstoqueLiberado = { ...base, tipo: 'EstoqueLiberado', motivo: 'falha_na_emissao' }
const com = (...itens: Item[]) => ({ itens, sucesso: true })
const unidades = ({ livres }: Estado) => [livres.get(A), livres.get(B)]

test('itens com unidades livres são separados e deixam de estar livres', () => {
  const itens = [item(A, 5), item(B, 1)]
  const depois = dado()
    .quando(separar, com(...itens))
    .entao(separado(...itens))
  assert.deepEqual(unidades(depois), [0, 1])
  assert.deepEqual(livres.get(A), 5, 'o estado de antes fica como estava')
})

test('o valor do pedido e a chave da simulação seguem para a nota', () => {
  const levados = { valor_centavos: comoCentavos(700), chave_simulacao: 'k' }
  dado()
    .quando({ ...separar, ...levados }, com(item()))
    .entao({ ...separado(item()), ...levados })
})

test('um item em falta e nada do pedido é separado', () => {
  const depois = dado()
    .quando(separar, com(item(A, 1), item(B, 3)))
    .entao(insuficiente('sem_estoque'))
  assert.deepEqual(unidades(depois), [5, 2])
  assert.equal(depois.separacao.situacao, 'insuficiente')
})

test('produto que o estoque não conhece está em falta', () => {
  dado()
    .quando(separar, com(item(comoProdutoId(99))))
    .entao(insuficiente('sem_estoque'))
})

test('separação que dá errado é recusada, ainda que haja unidades', () => {
  const preparo = { itens: [item()], sucesso: false }
  const depois = dado().quando(separar, preparo).entao(insuficiente('falha_na_separacao'))
  assert.deepEqual(unidades(depois), [5, 2])
})

test('liberar devolve exatamente o que foi separado', () => {
  const feito = separado(item(A, 4), item(B, 2))
  const depois = dado(feito).quando(liberar, com()).entao(liberado)
  assert.deepEqual(unidades(depois), [5, 2])
  assert.equal(depois.separacao.situacao, 'liberada')
})

test('liberar duas vezes devolve uma', () => {
  const depois = dado(separado(item(A, 4)), liberado)
    .quando(liberar, com())
    .entao(liberado)
  assert.deepEqual(unidades(depois), [5, 2])
})

test('liberação que chega antes deixa lápide: a separação que vem depois é recusada', () => {
  const lapide = dado().quando(liberar, com()).entao(liberado)
  assert.deepEqual(lapide, { separacao: { situacao: 'liberada' }, livres })
  const depois = dado(liberado).quando(separar, com(item())).entao(insuficiente('cancelado'))
  assert.deepEqual(depois, lapide)
})

test('liberar o que foi recusado não devolve nada e a recusa fica', () => {
  const depois = dado(insuficiente('sem_estoque')).quando(liberar, com()).entao(liberado)
  assert.equal(depois.separacao.situacao, 'insuficiente')
  assert.deepEqual(unidades(depois), [5, 2])
})

test('de quaisquer pedidos, nenhum produto fica negativo e livre mais separado é constante', () => {
  const pedido = fc.record({
    pedido: fc.nat(3),
    itens: fc.uniqueArray(
      fc.record({ produto_id: fc.constantFrom(A, B), quantidade: fc.integer({ min: 1, max: 4 }) }),
      { selector: (i) => i.produto_id, minLength: 1 },
    ),
    volta: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(pedido), (passos) => {
      let emEstoque: Estado['livres'] = livres
      const separacoes = new Map<number, Estado['separacao']>()
      for (const { pedido, itens, volta } of passos) {
        const separacao = separacoes.get(pedido) ?? inicial.separacao
        if (!volta && separacao.situacao === 'concluida') continue
        const estado: Estado = { separacao, livres: emEstoque }
        const comando = volta ? liberar : separar
        const pronto = { comando, instante: INSTANTE, preparo: com(...(volta ? [] : itens)) }
        const evento: Respostas = decide(estado, pronto)
        const depois = evolve(estado, evento)
        emEstoque = depois.livres
        separacoes.set(pedido, depois.separacao)
        conferir(emEstoque, separacoes)
      }
    }),
  )
})

function conferir(
  emEstoque: Estado['livres'],
  separacoes: ReadonlyMap<number, Estado['separacao']>,
): void {
  const presos = [...separacoes.values()].flatMap((s) =>
    s.situacao === 'concluida' ? s.itens : [],
  )
  for (const [produto, inicio] of livres) {
    const livre = emEstoque.get(produto) ?? 0
    const preso = presos.filter((i) => i.produto_id === produto)
    assert.ok(livre >= 0)
    assert.equal(livre + preso.reduce((n, i) => n + i.quantidade, 0), inicio)
  }
}
