// The seven services over gRPC, asked by a client that knows only the protos: the payment of the
// reference, the doors of pedidos, and one trace along the whole chain.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { status } from '@grpc/grpc-js'
import {
  type CriarPedidoRequest,
  type PedidoResponse,
  PedidosService,
} from '../../src/arquiteturas/grpc/gerado/pedidos.ts'
import {
  abrirEstranho,
  type Estranho,
  type Fim,
  PAGAR,
} from '../../src/arquiteturas/grpc/portas_de_teste.ts'
import { comoPedidoId, type NomeServico, type PedidoId } from '../../src/contratos/ids.ts'
import { ate } from '../ate.ts'
import { emBalanco } from '../contrato/balanco.ts'
import { abrirHttpDeTeste, type SistemaHttp } from '../contrato/sistema_http.ts'
import { portasLivres } from './portas_livres.ts'

const LIMITE_MS = 10_000
const TRACE = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`
const DA_CADEIA: readonly NomeServico[] = [
  ...(['pedidos', 'antifraude', 'pagamentos', 'estoque', 'fiscal', 'logistica'] as const),
]
const { criarPedido, consultarPedido, cancelarPedido, entregarPedido } = PedidosService

describe('gRPC, como o vê quem só tem os protos', () => {
  const pilha = new AsyncDisposableStack()
  let sistema: SistemaHttp
  let aPagamentos: Estranho
  let aPedidos: Estranho
  before(async () => {
    const { ambiente } = await portasLivres()
    sistema = pilha.use(await abrirHttpDeTeste('grpc', ambiente))
    aPagamentos = pilha.use(abrirEstranho(sistema.enderecosGrpc.pagamentos))
    aPedidos = pilha.use(abrirEstranho(sistema.enderecosGrpc.pedidos))
  })
  after(() => pilha.disposeAsync())

  const gravados = async (servico: NomeServico, id: number): Promise<readonly Gravado[]> =>
    (await sistema.requisitar(servico, 'GET', `/interno/eventos?pedido=${id}`)).corpo

  describe('ProcessarPagamento', () => {
    const pagar = (pedido_id: number, valor: number, metadados = {}) =>
      aPagamentos.chamar(PAGAR, { pedido_id, valor, itens: [] }, metadados)

    it('paga; de novo é a mesma resposta; com outro valor já existe', async () => {
      const primeira = await pagar(700_001, 19.9)
      assert.equal(primeira.code, status.OK, primeira.details)
      assert.equal(primeira.resposta?.mensagem, 'Pagamento aprovado')
      assert.deepEqual((await pagar(700_001, 19.9)).resposta, primeira.resposta)
      const outra = await pagar(700_001, 19.91)
      assert.deepEqual([outra.code, outra.codigo], [status.ALREADY_EXISTS, 'comando_divergente'])
      assert.deepEqual((await pagar(700_001, 19.9)).resposta, primeira.resposta)
      const [evento, ...mais] = await gravados('pagamentos', 700_001)
      assert.deepEqual([evento?.evento.tipo, mais.length], ['PagamentoAprovado', 0])
    })

    it('cem vezes ao mesmo tempo cobra uma', async () => {
      const fins = await Promise.all(Array.from({ length: 100 }, () => pagar(700_002, 5)))
      assert.ok(fins.every(({ resposta }) => resposta?.sucesso))
      assert.equal((await gravados('pagamentos', 700_002)).length, 1)
    })

    it('a recusa é OK, e repetida é a mesma recusa', async () => {
      await sistema.simular('pagamentos', { taxa_sucesso: 0 })
      const { code, resposta } = await pagar(700_003, 5)
      await sistema.simular('pagamentos', { taxa_sucesso: 1 })
      assert.equal(code, status.OK)
      assert.deepEqual([resposta?.sucesso, resposta?.mensagem], [false, 'Pagamento rejeitado'])
      assert.deepEqual((await pagar(700_003, 5)).resposta, resposta)
    })

    it('o pedido do estranho não continua, diga ele o que disser em x-seguir', async () => {
      for (const [i, valor] of ['0', 'true', '2', ''].entries()) {
        const id = 700_010 + i
        assert.equal((await pagar(id, 5, { 'x-seguir': valor })).code, status.OK)
        for (const servico of DA_CADEIA) {
          const esperados = servico === 'pagamentos' ? 1 : 0
          assert.equal((await gravados(servico, id)).length, esperados, servico)
        }
      }
    })

    it('recusado pelo nome do campo não deixa nada gravado', async () => {
      const [zero, vazio] = await Promise.all([pagar(0, 5), pagar(700_020, Number.NaN)])
      assert.deepEqual([zero.campo, vazio.campo], ['pedido_id', 'valor'])
      assert.deepEqual(await gravados('pagamentos', 700_020), [])
    })
  })

  describe('Pedidos', () => {
    let chaves = 0
    const novo = (dados: Partial<CriarPedidoRequest> = {}): CriarPedidoRequest => ({
      ...{ cliente_id: 1, metodo: 'pix', itens: [{ produto_id: 1, quantidade: 1 }] },
      ...{ idempotency_key: `chave-${++chaves}`, ...dados },
    })
    const criar = (pedido: CriarPedidoRequest, metadados = {}) =>
      aPedidos.chamar(criarPedido, pedido, metadados)
    const inteiro = ({ code, resposta, details }: Fim<PedidoResponse>): PedidoResponse => {
      assert.equal(code, status.OK, details)
      return resposta!
    }

    it('cria e espera o fim; a mesma chave é o mesmo pedido, marcado como repetido', async () => {
      const pedido = novo()
      const { repetido, ...primeiro } = inteiro(await criar(pedido))
      assert.deepEqual(
        [repetido, primeiro.status, primeiro.arquitetura, primeiro.cliente_id],
        [false, 'enviado', 'grpc', 1],
      )
      const soma = primeiro.itens.reduce((s, i) => s + i.quantidade * i.preco_unitario_centavos!, 0)
      assert.equal(primeiro.total_centavos, soma)
      assert.deepEqual(inteiro(await criar(pedido)), { ...primeiro, repetido: true })
      const consultado = inteiro(await aPedidos.chamar(consultarPedido, { pedido_id: primeiro.id }))
      assert.deepEqual(consultado, { ...primeiro, repetido: true })
    })

    it('por uma arquitetura que não está aberta não se faz pedido', async () => {
      for (const pedida of ['rest', 'kafka']) {
        const { code, codigo } = await criar(novo(), { 'x-arquitetura': pedida })
        assert.deepEqual([code, codigo], [status.FAILED_PRECONDITION, 'arquitetura_fechada'])
      }
    })

    it('a mesma chave com outro conteúdo é divergente', async () => {
      const pedido = novo()
      inteiro(await criar(pedido))
      const fim = await criar({ ...pedido, metodo: 'boleto' })
      assert.deepEqual([fim.code, fim.codigo], [status.ALREADY_EXISTS, 'comando_divergente'])
    })

    it('o recusado é OK, com o status e o motivo', async () => {
      await sistema.simular('antifraude', { taxa_sucesso: 0 })
      const pedido = inteiro(await criar(novo()))
      await sistema.simular('antifraude', { taxa_sucesso: 1 })
      assert.equal(pedido.status, 'recusado')
      assert.ok(pedido.motivo)
    })

    const RUINS: readonly (readonly [string, Partial<CriarPedidoRequest>, string | undefined])[] = [
      ['chave_de_idempotencia_ausente', { idempotency_key: '' }, undefined],
      ['chave_de_idempotencia_ausente', { idempotency_key: 'com espaço' }, undefined],
      ['chave_de_idempotencia_ausente', { idempotency_key: 'x'.repeat(129) }, undefined],
      ['campo_invalido', { cliente_id: 0 }, 'cliente_id'],
      ['campo_invalido', { cliente_id: -1 }, 'cliente_id'],
      ['campo_invalido', { itens: [] }, 'itens'],
      ['campo_invalido', { metodo: '' }, 'metodo'],
      ['campo_invalido', { metodo: 'cheque' }, 'metodo'],
      ['campo_invalido', { itens: [{ produto_id: 1, quantidade: 0 }] }, 'itens.0.quantidade'],
      ['campo_invalido', { total_esperado_centavos: 0 }, 'total_esperado_centavos'],
      ['campo_invalido', { chave_simulacao: 'x'.repeat(101) }, 'chave_simulacao'],
      [
        'produto_desconhecido',
        { itens: [{ produto_id: 9_999, quantidade: 1 }] },
        'itens.0.produto_id',
      ],
    ]
    for (const [codigo, dados, campo] of RUINS) {
      it(`${JSON.stringify(dados).slice(0, 50)} é ${codigo}`, async () => {
        const fim = await criar(novo(dados))
        assert.deepEqual(
          [fim.code, fim.codigo, fim.campo],
          [status.INVALID_ARGUMENT, codigo, campo],
        )
      })
    }

    it('o total que mudou é dito antes de qualquer cobrança', async () => {
      const fim = await criar(novo({ total_esperado_centavos: 1 }))
      assert.deepEqual([fim.code, fim.codigo], [status.FAILED_PRECONDITION, 'preco_mudou'])
    })

    it('pedido que não existe não é encontrado, e número que não é um número é dito', async () => {
      for (const metodo of [consultarPedido, cancelarPedido, entregarPedido]) {
        const nenhum = await aPedidos.chamar(metodo, { pedido_id: 999_999 })
        assert.deepEqual([nenhum.code, nenhum.codigo], [status.NOT_FOUND, 'pedido_desconhecido'])
        for (const pedido_id of [0, -1]) {
          const ruim = await aPedidos.chamar(metodo, { pedido_id })
          assert.deepEqual(
            [ruim.code, ruim.codigo, ruim.campo],
            [status.INVALID_ARGUMENT, 'campo_invalido', 'pedido_id'],
            metodo.path,
          )
        }
      }
    })

    it('depois do envio não se cancela, e se entrega uma vez', async () => {
      const { id: pedido_id } = inteiro(await criar(novo()))
      const tarde = await aPedidos.chamar(cancelarPedido, { pedido_id, motivo: 'desisti' })
      assert.deepEqual(
        [tarde.code, tarde.codigo],
        [status.FAILED_PRECONDITION, 'pedido_ja_enviado'],
      )
      for (const repetido of [false, true]) {
        const entregue = inteiro(await aPedidos.chamar(entregarPedido, { pedido_id }))
        assert.deepEqual([entregue.status, entregue.repetido], ['entregue', repetido])
      }
    })

    it('entregar o que não foi enviado e cancelar por um motivo ruim são recusados', async () => {
      await sistema.simular('pagamentos', { taxa_sucesso: 0 })
      const { id: pedido_id, status: fim } = inteiro(await criar(novo()))
      await sistema.simular('pagamentos', { taxa_sucesso: 1 })
      assert.equal(fim, 'cancelado')
      const entrega = await aPedidos.chamar(entregarPedido, { pedido_id })
      assert.deepEqual(
        [entrega.code, entrega.codigo],
        [status.FAILED_PRECONDITION, 'envio_nao_agendado'],
      )
      for (const motivo of ['', 'x'.repeat(201)]) {
        const ruim = await aPedidos.chamar(cancelarPedido, { pedido_id, motivo })
        assert.deepEqual([ruim.codigo, ruim.campo], ['campo_invalido', 'motivo'])
      }
    })

    it('cancelado a caminho termina cancelado, com o motivo de quem cancelou', async () => {
      await sistema.simular('estoque', { atraso_ms: [250, 250] })
      const pedindo = criar(novo())
      const aCaminho = async () => {
        const id = (await sistema.abertos()).at(-1)
        return id && (await sistema.eventos('pagamentos', id)).length > 0 && id
      }
      const pedido_id = (await ate(aCaminho, LIMITE_MS, 'pago')) as PedidoId
      const cancelado = inteiro(
        await aPedidos.chamar(cancelarPedido, { pedido_id, motivo: 'desisti' }),
      )
      await sistema.simular('estoque', { atraso_ms: [0, 0] })
      assert.deepEqual([cancelado.status, cancelado.motivo], ['cancelado', 'desisti'])
      assert.equal(inteiro(await pedindo).status, 'cancelado')
    })

    it('com um serviço fora do ar, ouve que está em andamento e o número do pedido', async () => {
      await sistema.derrubar('fiscal')
      const pedido = novo()
      const fim = await criar(pedido)
      await sistema.levantar('fiscal')
      assert.deepEqual([fim.code, fim.codigo], [status.UNAVAILABLE, 'pedido_em_andamento'])
      const id = comoPedidoId(Number(fim.metadata.get('pedido-id')[0]))
      assert.equal((await sistema.pedido(id))?.status, 'em_separacao')
      await sistema.retomar(id)
      assert.deepEqual(
        [inteiro(await criar(pedido)).id, (await sistema.pedido(id))?.status],
        [id, 'enviado'],
      )
    })

    it('o rastro de quem pede é o de cada evento da cadeia', async () => {
      const { id } = inteiro(await criar(novo(), { traceparent: TRACE }))
      for (const servico of DA_CADEIA) {
        const eventos = await gravados(servico, id)
        assert.ok(eventos.length > 0, servico)
        for (const { traceparent } of eventos) assert.equal(traceparent, TRACE, servico)
      }
    })

    it('rastro mal formado é trocado por um novo, um só na cadeia inteira', async () => {
      const ruim = TRACE.replace('00-', 'zz-')
      const { id } = inteiro(await criar(novo(), { traceparent: ruim }))
      const todos = await Promise.all(DA_CADEIA.map((servico) => gravados(servico, id)))
      const rastros = new Set(todos.flat().map(({ traceparent }) => traceparent))
      assert.equal(rastros.size, 1)
      assert.match([...rastros][0]!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    })

    it('os livros fecham', () => emBalanco(sistema))

    // After the books: they show a payment before its analysis, as it was.
    it('o número que um estranho já pagou, com o mesmo valor, segue até o fim', async () => {
      const { id, total_centavos } = inteiro(await criar(novo()))
      const pedido = { pedido_id: id + 1, valor: total_centavos / 100, itens: [] }
      assert.equal((await aPagamentos.chamar(PAGAR, pedido)).code, status.OK)
      const verdadeiro = inteiro(await criar(novo()))
      assert.deepEqual([verdadeiro.id, verdadeiro.status], [id + 1, 'enviado'])
    })
  })
})

interface Gravado {
  readonly traceparent: string
  readonly evento: { readonly tipo: string }
}
