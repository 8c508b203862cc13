// Every path of the flow: the order that goes through, and each refusal with its way back.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { NomeServico } from '../../src/contratos/ids.ts'
import { emBalanco } from './balanco.ts'
import { OUTRO_PRODUTO, type Sistema, UNIDADES, umItem } from './sistema.ts'

interface Recusa {
  readonly servico: NomeServico
  readonly motivo: string
  readonly desfeitos: readonly (readonly [NomeServico, string])[]
}
const RECUSAS: readonly Recusa[] = [
  { servico: 'pagamentos', motivo: 'recusado_pelo_provedor', desfeitos: [] },
  {
    servico: 'estoque',
    motivo: 'falha_na_separacao',
    desfeitos: [['pagamentos', 'PagamentoEstornado']],
  },
  {
    servico: 'fiscal',
    motivo: 'falha_na_emissao',
    desfeitos: [
      ['estoque', 'EstoqueLiberado'],
      ['pagamentos', 'PagamentoEstornado'],
    ],
  },
  {
    servico: 'logistica',
    motivo: 'sem_transportadora',
    desfeitos: [
      ['fiscal', 'NotaCancelada'],
      ['estoque', 'EstoqueLiberado'],
      ['pagamentos', 'PagamentoEstornado'],
    ],
  },
]

export function fluxo(
  nome: string,
  abrir: (ambiente?: Record<string, string>) => Promise<Sistema>,
) {
  describe(`${nome}: fluxo`, () => {
    let sistema: Sistema
    before(async () => {
      const regras = {
        ANTIFRAUDE_VALOR_MAXIMO_CENTAVOS: '900000000',
        ANTIFRAUDE_REGRA_DIDATICA: 'nao',
      }
      sistema = await abrir(regras)
    })
    after(() => sistema[Symbol.asyncDispose]())

    it('pedido passa pelos sete serviços e termina enviado', async () => {
      const itens = [...umItem(2), ...umItem(3, OUTRO_PRODUTO)]
      const { pedido, repetido } = await sistema.criar({ chave: 'feliz', itens })
      assert.equal(repetido, false)
      assert.equal(pedido?.status, 'enviado')
      assert.equal(pedido.motivo, null)
      assert.ok(pedido.id >= 1_001)
      const soma = pedido.itens.map((i) => i.quantidade * i.preco_unitario_centavos)
      assert.equal(pedido.total_centavos, soma[0]! + soma[1]!)
      assert.deepEqual(await sistema.eventos('pedidos', pedido.id), [
        'PedidoCriado',
        'StatusRegistrado',
        'StatusRegistrado',
        'StatusRegistrado',
        'PedidoConcluido',
      ])
      for (const [servico, evento] of [
        ['antifraude', 'AnaliseAprovada'],
        ['pagamentos', 'PagamentoAprovado'],
        ['estoque', 'EstoqueSeparado'],
        ['fiscal', 'NotaEmitida'],
        ['logistica', 'EnvioAgendado'],
      ] as const) {
        assert.deepEqual(await sistema.eventos(servico, pedido.id), [evento])
      }
    })

    for (const { servico, motivo, desfeitos } of RECUSAS) {
      it(`recusa em ${servico} desfaz tudo o que veio antes`, async () => {
        await sistema.simular(servico, { taxa_sucesso: 0 })
        const { pedido } = await sistema.criar({ chave: `recusa-${servico}` })
        await sistema.simular(servico, { taxa_sucesso: 1 })
        assert.equal(pedido?.status, 'cancelado')
        assert.equal(pedido.motivo, motivo)
        for (const [quem, evento] of desfeitos) {
          assert.ok((await sistema.eventos(quem, pedido.id)).includes(evento), `${quem}: ${evento}`)
        }
      })
    }

    it('reprovado na antifraude é recusado sem cobrança', async () => {
      await sistema.simular('antifraude', { taxa_sucesso: 0 })
      const { pedido } = await sistema.criar({ chave: 'fraude' })
      await sistema.simular('antifraude', { taxa_sucesso: 1 })
      assert.equal(pedido?.status, 'recusado')
      assert.deepEqual(await sistema.eventos('pagamentos', pedido.id), [])
    })

    it('item além das unidades livres não é vendido nem fica cobrado', async () => {
      let resposta = await sistema.criar({ chave: 'lote-0', itens: umItem(1_000) })
      for (let i = 1; resposta.pedido?.status === 'enviado' && i <= UNIDADES / 1_000; i++) {
        resposta = await sistema.criar({ chave: `lote-${i}`, itens: umItem(1_000) })
      }
      const semCobranca = resposta.erro === 'estoque_insuficiente'
      assert.ok(semCobranca || resposta.pedido?.motivo === 'sem_estoque', String(resposta.erro))
    })

    it('produto que não existe é recusado com o nome do campo e nada fica', async () => {
      const { erro } = await sistema.criar({ chave: 'nenhum', itens: umItem(1, 9_999 as never) })
      assert.equal(erro, 'produto_desconhecido')
    })

    it('preço que mudou desde que foi mostrado recusa o pedido', async () => {
      const itens = umItem(1, OUTRO_PRODUTO)
      const { erro } = await sistema.criar({ chave: 'preco', itens, total_esperado_centavos: 1 })
      assert.equal(erro, 'preco_mudou')
    })

    it('entrega confirmada leva o pedido enviado a entregue, uma vez', async () => {
      const { pedido } = await sistema.criar({ chave: 'entrega', itens: umItem(1, OUTRO_PRODUTO) })
      const primeira = await sistema.entregar(pedido!.id)
      const segunda = await sistema.entregar(pedido!.id)
      assert.equal(primeira.pedido?.status, 'entregue')
      assert.equal(segunda.pedido?.status, 'entregue')
      assert.deepEqual(await sistema.eventos('logistica', pedido!.id), [
        'EnvioAgendado',
        'EntregaConfirmada',
      ])
    })

    it('os livros fecham', () => emBalanco(sistema))
  })
}
