// A stranger at the door of pagamentos, who knows only the fixed fields of the reference's proto:
// what is understood, what is refused by the name of its field, what is not believed.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { status } from '@grpc/grpc-js'
import fc from 'fast-check'
import type { AutorizarPagamento } from '../../contratos/comandos.ts'
import { MAIOR_VALOR } from '../../contratos/dinheiro.ts'
import type { Envelope } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { PagamentoRequest } from './gerado/pagamento.ts'
import { abrirEstranho, abrirPorta, aprovado, type Estranho, PAGAR } from './portas_de_teste.ts'

/** The last amount that a float says to the cent. */
const MAIOR_EM_FLOAT = 13_107_199
const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
const NOVO = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/

interface Pedida {
  readonly comando: AutorizarPagamento
  readonly envelope: Envelope
  readonly seguir: boolean
}

describe('um estranho em pagamentos', () => {
  const pilha = new AsyncDisposableStack()
  const pedidas: Pedida[] = []
  let estranho: Estranho
  before(async () => {
    const porta = await abrirPorta('pagamentos', async (envelope, seguir) => {
      const comando = envelope.comando as AutorizarPagamento
      pedidas.push({ comando, envelope, seguir })
      return aprovado(comando)
    })
    estranho = pilha.use(abrirEstranho(pilha.use(porta).endereco))
  })
  after(() => pilha.disposeAsync())
  beforeEach(() => {
    pedidas.length = 0
  })

  const pagar = (dados: Partial<PagamentoRequest>, metadados?: Record<string, string>) =>
    estranho.chamar(PAGAR, { pedido_id: 7, valor: 0, itens: [], ...dados }, metadados)

  it('os dois campos bastam, e a resposta tem os três da referência e nenhuma trilha', async () => {
    const { code, resposta } = await pagar({ pedido_id: 7, valor: 19.9 })
    assert.equal(code, status.OK)
    const { pedido_id, sucesso, mensagem, trilha } = resposta!
    assert.deepEqual([pedido_id, sucesso, mensagem], [7, true, 'Pagamento aprovado'])
    assert.equal(trilha, undefined)
    const [pedida] = pedidas
    assert.deepEqual(pedida?.comando, {
      ...{ tipo: 'AutorizarPagamento', pedido_id: 7, valor_centavos: 1_990 },
    })
    assert.equal(pedida.envelope.causa, '7/AutorizarPagamento')
  })

  it('a recusa é OK com sucesso falso', async () => {
    const recusar = async ({ comando }: Envelope) => ({
      passos: [
        {
          evento: {
            ...{ tipo: 'PagamentoRejeitado' as const, motivo: 'sem_saldo' },
            pedido_id: (comando as AutorizarPagamento).pedido_id,
          },
          repetido: false,
        },
      ],
    })
    await using porta = await abrirPorta('pagamentos', recusar)
    using outro = abrirEstranho(porta.endereco)
    const { code, resposta } = await outro.chamar(PAGAR, { pedido_id: 7, valor: 1, itens: [] })
    assert.equal(code, status.OK)
    assert.deepEqual([resposta?.sucesso, resposta?.mensagem], [false, 'Pagamento rejeitado'])
  })

  const RUINS: readonly (readonly [string, Partial<PagamentoRequest>])[] = [
    ['pedido_id', { pedido_id: 0 }],
    ['pedido_id', { pedido_id: -1 }],
    ['pedido_id', { pedido_id: -2_147_483_648 }],
    ['valor', { valor: 0 }],
    ['valor', { valor: -0 }],
    ['valor', { valor: -1 }],
    ['valor', { valor: Number.NaN }],
    ['valor', { valor: Number.POSITIVE_INFINITY }],
    ['valor', { valor: Number.NEGATIVE_INFINITY }],
    ['valor', { valor: 0.001 }],
    ['valor', { valor: 1e-40 }],
    ['valor', { valor: 131_072 }],
    ['valor', { valor: 3e38 }],
    ['valor_centavos', { valor_centavos: 0 }],
    ['valor_centavos', { valor_centavos: -1 }],
    ['valor_centavos', { valor_centavos: MAIOR_VALOR + 1 }],
    ['metodo', { metodo: 'cheque' }],
    ['itens.0.quantidade', { itens: [{ produto_id: 1, quantidade: 0 }] }],
    ['chave_simulacao', { chave_simulacao: 'x'.repeat(101) }],
  ]
  for (const [campo, dados] of RUINS) {
    const dito = Object.entries(dados).map(
      ([nome, valor]) => `${nome} ${String(valor).slice(0, 20)}`,
    )
    it(`${dito.join(', ')} é recusado pelo nome do campo`, async () => {
      const fim = await pagar({ valor: 5, ...dados })
      assert.deepEqual(
        [status[fim.code], fim.codigo, fim.campo],
        ['INVALID_ARGUMENT', 'campo_invalido', campo],
      )
      assert.ok(fim.details.startsWith(`${campo}: `), fim.details)
      assert.deepEqual(pedidas, [])
    })
  }

  it('valor_centavos vale mais que o float, também acima do que ele alcança', async () => {
    for (const valor_centavos of [1, MAIOR_EM_FLOAT + 1, MAIOR_VALOR]) {
      for (const valor of [0, 5, -1, Number.NaN, 3e38]) {
        const { code } = await pagar({ valor, valor_centavos })
        assert.equal(code, status.OK, `${valor_centavos} e ${valor}`)
        assert.equal(pedidas.at(-1)?.comando.valor_centavos, valor_centavos)
      }
    }
  })

  it('cada valor até R$ 131.071,99 chega exato ao centavo por um float', async () => {
    const centavos = fc.oneof(
      fc.constantFrom(1, 2, 10, 1_990, MAIOR_EM_FLOAT - 1, MAIOR_EM_FLOAT),
      fc.integer({ min: 1, max: MAIOR_EM_FLOAT }),
      fc.integer({ min: MAIOR_EM_FLOAT - 10_000, max: MAIOR_EM_FLOAT }),
    )
    const exato = fc.asyncProperty(centavos, async (esperado) => {
      const { code } = await pagar({ valor: Math.fround(esperado / 100) })
      assert.equal(code, status.OK)
      assert.equal(pedidas.at(-1)?.comando.valor_centavos, esperado)
    })
    await fc.assert(exato, { numRuns: 500 })
  })

  it('sem x-seguir não se continua, e dos itens dele nada se acredita', async () => {
    const { resposta } = await pagar({ valor: 5, itens: [{ produto_id: 1, quantidade: 900 }] })
    assert.equal(resposta?.trilha, undefined)
    assert.equal(pedidas[0]?.seguir, false)
    assert.equal(pedidas[0].comando.itens, undefined)
  })

  it('só x-seguir 1 continua; qualquer outra coisa nele não', async () => {
    for (const valor of ['', '0', '2', '-1', '01', '1.0', '1,1', 'true', 'sim', 'x'.repeat(900)]) {
      assert.equal((await pagar({ valor: 5 }, { 'x-seguir': valor })).code, status.OK)
      assert.equal(pedidas.at(-1)?.seguir, false, valor)
    }
    const { resposta } = await pagar({ valor: 5 }, { 'x-seguir': '1' })
    assert.equal(pedidas.at(-1)?.seguir, true)
    assert.equal(resposta?.trilha?.passos.length, 1)
  })

  it('traceparent bem formado é o do pedido; mal formado é trocado por um novo', async () => {
    await pagar({ valor: 5 }, { traceparent: TRACE })
    assert.equal(pedidas.at(-1)?.envelope.traceparent, TRACE)
    const malFormados = ['', 'x', TRACE.toUpperCase(), `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`]
    for (const traceparent of [...malFormados, `ff${TRACE.slice(2)}`, `${TRACE}, ${TRACE}`]) {
      await pagar({ valor: 5 }, { traceparent })
      const lido = pedidas.at(-1)!.envelope.traceparent
      assert.match(lido, NOVO)
      assert.notEqual(lido, traceparent)
    }
  })

  it('x-arquitetura que não é uma das públicas é a do próprio fio', async () => {
    for (const dita of ['', 'memoria', 'correio', '__proto__', 'GRPC']) {
      await pagar({ valor: 5 }, { 'x-arquitetura': dita })
      assert.equal(pedidas.at(-1)?.envelope.arquitetura, 'grpc', dita)
    }
  })

  it('porta que não tem passo nem falha a contar é defeito, não sucesso', async () => {
    await using porta = await abrirPorta('pagamentos', async () => ({ passos: [] }))
    using outro = abrirEstranho(porta.endereco)
    const fim = await outro.chamar(PAGAR, { pedido_id: 7, valor: 1, itens: [] })
    assert.equal(fim.codigo, 'defeito')
  })

  it('falha mais adiante não apaga o que esta porta fez', async () => {
    await using porta = await abrirPorta('pagamentos', async ({ comando }) => ({
      ...aprovado(comando as AutorizarPagamento),
      falha: new ErroDeNegocio('servico_indisponivel', undefined, { repassado: true }),
    }))
    using outro = abrirEstranho(porta.endereco)
    const fim = await outro.chamar(PAGAR, { pedido_id: 7, valor: 1, itens: [] })
    assert.deepEqual([fim.code, fim.resposta?.sucesso], [status.OK, true])
  })
})
