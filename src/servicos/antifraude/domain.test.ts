// The analysis by the rules that are configured, each alone and in their order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cenario, INSTANTE } from '../../../testes/cenario.ts'
import type { AnalisarPedido } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import type { AnaliseAprovada, AnaliseReprovada } from '../../contratos/eventos.ts'
import { comoClienteId, comoPedidoId, comoProdutoId, type Instante } from '../../contratos/ids.ts'
import { decide, type Estado, evolve, REGRAS_PADRAO, type Regras } from './domain.ts'

const inicial: Estado = { anteriores: [] }
const dado = cenario({ inicial, decide, evolve })
const SEM_REGRAS: Regras = { ...REGRAS_PADRAO, valorMaximoCentavos: 0 }
const com = (regras: Partial<Regras> = {}, sucesso = true) => ({
  regras: { ...SEM_REGRAS, ...regras },
  sucesso,
})

const agora = { analisado_em: INSTANTE }
const compra = {
  pedido_id: comoPedidoId(1_003),
  cliente_id: comoClienteId(5),
  itens: [{ produto_id: comoProdutoId(1), quantidade: 1 }],
  valor_centavos: comoCentavos(1_000),
  metodo: 'pix',
} as const
const analisar = (troca: Partial<AnalisarPedido> = {}): AnalisarPedido => ({
  ...{ tipo: 'AnalisarPedido', ...compra },
  ...troca,
})
const aprovada: AnaliseAprovada = { ...compra, tipo: 'AnaliseAprovada', pontuacao: 0, ...agora }
const reprovada = (motivo: string): AnaliseReprovada => ({
  ...{ pedido_id: compra.pedido_id, tipo: 'AnaliseReprovada', motivo, pontuacao: 100 },
  ...agora,
})
const vezes = (n: number) => Array.from({ length: n }, () => aprovada)

test('sem regras, tudo passa com zero pontos, e os dados da compra seguem inteiros', () => {
  dado(...vezes(1_000))
    .quando(analisar(), com())
    .entao(aprovada)
})

test('a chave da simulação segue com a aprovação e com a reprovação', () => {
  const chave_simulacao = 'k'
  dado()
    .quando(analisar({ chave_simulacao }), com())
    .entao({ ...aprovada, chave_simulacao })
  dado()
    .quando(analisar({ chave_simulacao }), com({}, false))
    .entao({ ...reprovada('falha_na_analise'), chave_simulacao })
})

test('no limite de valor passa; um centavo acima é reprovado', () => {
  const regras = com({ valorMaximoCentavos: 1_000 })
  dado()
    .quando(analisar(), regras)
    .entao({ ...aprovada, pontuacao: 99 })
  const caro = analisar({ valor_centavos: comoCentavos(1_001) })
  dado().quando(caro, regras).entao(reprovada('valor_acima_do_limite'))
})

test('a janela deixa passar até o seu número de pedidos do cliente, reprovados incluídos', () => {
  const regras = com({ pedidosNaJanela: 3 })
  dado(aprovada, reprovada('x'))
    .quando(analisar(), regras)
    .entao({ ...aprovada, pontuacao: 66 })
  dado(...vezes(2), reprovada('x'))
    .quando(analisar(), regras)
    .entao(reprovada('muitos_pedidos_em_pouco_tempo'))
})

test('o que ficou fora da janela não conta, na ordem em que chegar', () => {
  const regras = com({ pedidosNaJanela: 1, janelaMs: 60_000 })
  const foraDaJanela = '2026-11-20T21:32:00.000Z' as Instante
  dado({ ...aprovada, analisado_em: foraDaJanela })
    .quando(analisar(), regras)
    .entao(aprovada)
  const dentro = '2026-11-20T21:32:00.001Z' as Instante
  dado({ ...aprovada, analisado_em: dentro })
    .quando(analisar(), regras)
    .entao(reprovada('muitos_pedidos_em_pouco_tempo'))
})

test('a regra didática reprova todo terceiro número de pedido, e só eles', () => {
  for (let n = 1_001; n < 1_010; n++) {
    const comando = analisar({ pedido_id: comoPedidoId(n) })
    const esperado = n % 3 === 0 ? 'AnaliseReprovada' : 'AnaliseAprovada'
    dado()
      .quando(comando, com({ didatica: true }))
      .entaoParte({ tipo: esperado })
    dado().quando(comando, com()).entaoParte({ tipo: 'AnaliseAprovada' })
  }
})

test('o primeiro motivo da lista é o que se diz', () => {
  const tudo = { valorMaximoCentavos: 1, pedidosNaJanela: 1, didatica: true }
  const terceiro = analisar({ pedido_id: comoPedidoId(1_002) })
  const motivoCom = (regras: Partial<Regras>, motivo: string) =>
    dado(aprovada)
      .quando(terceiro, com(regras, false))
      .entaoParte({ tipo: 'AnaliseReprovada', motivo })
  motivoCom(tudo, 'regra_didatica')
  motivoCom({ ...tudo, didatica: false }, 'valor_acima_do_limite')
  motivoCom({ pedidosNaJanela: 1 }, 'muitos_pedidos_em_pouco_tempo')
  motivoCom({}, 'falha_na_analise')
})

test('pontuação vai de 0 a 99 nas aprovadas e é 100 em toda reprovada', () => {
  const quaisquer = fc.record({
    valor: fc.integer({ min: 1, max: 2_000_000_000 }).map(comoCentavos),
    maximo: fc.constantFrom(0, 1_000, 5_000_000, 2_000_000_000),
    recentes: fc.nat(20),
    limite: fc.nat(10),
  })
  fc.assert(
    fc.property(quaisquer, ({ valor, maximo, recentes, limite }) => {
      const regras = com({ valorMaximoCentavos: maximo, pedidosNaJanela: limite })
      const comando = analisar({ valor_centavos: valor })
      const anteriores = Array.from({ length: recentes }, () => INSTANTE)
      const evento = decide({ anteriores }, { comando, instante: INSTANTE, preparo: regras })
      const { pontuacao } = evento
      assert.ok(Number.isInteger(pontuacao) && pontuacao >= 0)
      assert.equal(pontuacao === 100, evento.tipo === 'AnaliseReprovada')
      assert.ok(pontuacao <= 100)
    }),
  )
})
