// Authorise and refund, in either order: the provider's word, and the tombstone of a refund (K6).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cenario } from '../../../testes/cenario.ts'
import type { AutorizarPagamento, Estornar } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import type {
  PagamentoAprovado,
  PagamentoEstornado,
  PagamentoRejeitado,
} from '../../contratos/eventos.ts'
import { comoPedidoId, comoProdutoId } from '../../contratos/ids.ts'
import { decide, evolve, INICIAL } from './domain.ts'

const dado = cenario({ inicial: INICIAL, decide, evolve })
const base = { pedido_id: comoPedidoId(1_001) }
const valor_centavos = comoCentavos(2_000)
const autorizar: AutorizarPagamento = { ...base, tipo: 'AutorizarPagamento', valor_centavos }
const estornar: Estornar = { ...base, tipo: 'Estornar', motivo: 'sem_estoque' }
const aprovado: PagamentoAprovado = { ...base, tipo: 'PagamentoAprovado', valor_centavos }
const rejeitado = (motivo: string): PagamentoRejeitado => ({
  ...{ ...base, tipo: 'PagamentoRejeitado', motivo, valor_centavos },
})
const estornado: PagamentoEstornado = { ...base, tipo: 'PagamentoEstornado', motivo: 'sem_estoque' }
const SIM = { aprovado: true }
const NAO = { aprovado: false }

test('o que o provedor aprova fica aprovado pelo valor pedido', () => {
  assert.deepEqual(dado().quando(autorizar, SIM).entao(aprovado), { situacao: 'aprovado' })
})

test('itens, método e chave da simulação seguem para quem vem depois', () => {
  const levados = {
    ...({ metodo: 'boleto', chave_simulacao: 'k' } as const),
    itens: [{ produto_id: comoProdutoId(1), quantidade: 3 }],
  } as const
  dado()
    .quando({ ...autorizar, ...levados }, SIM)
    .entao({ ...aprovado, ...levados })
  dado()
    .quando({ ...autorizar, ...levados }, NAO)
    .entao({ ...rejeitado('recusado_pelo_provedor'), ...levados })
})

test('o que o provedor recusa fica rejeitado com o motivo dele', () => {
  const depois = dado()
    .quando(autorizar, { aprovado: false, motivo: 'pedido_ja_processado' })
    .entao(rejeitado('pedido_ja_processado'))
  assert.deepEqual(depois, { situacao: 'rejeitado' })
  dado().quando(autorizar, NAO).entao(rejeitado('recusado_pelo_provedor'))
})

test('estorno do aprovado devolve, com o motivo de quem pediu', () => {
  const depois = dado(aprovado).quando(estornar, NAO).entao(estornado)
  assert.deepEqual(depois, { situacao: 'estornado' })
})

test('estorno que chega antes deixa lápide: a cobrança que vem depois é recusada', () => {
  const lapide = dado().quando(estornar, NAO).entao(estornado)
  assert.deepEqual(lapide, { situacao: 'estornado' })
  const depois = dado(estornado).quando(autorizar, SIM).entao(rejeitado('cancelado'))
  assert.deepEqual(depois, lapide, 'a lápide fica')
  dado(estornado).quando(autorizar, NAO).entao(rejeitado('cancelado'))
})

test('estorno do que foi rejeitado vale, e o pagamento continua rejeitado', () => {
  const recusa = rejeitado('recusado_pelo_provedor')
  const depois = dado(recusa).quando(estornar, NAO).entao(estornado)
  assert.deepEqual(depois, { situacao: 'rejeitado' })
})

test('estorno nunca é recusado, seja qual for o estado', () => {
  for (const dados of [[], [aprovado], [rejeitado('x')], [estornado], [aprovado, estornado]]) {
    dado(...dados)
      .quando(estornar, NAO)
      .entao(estornado)
  }
})
