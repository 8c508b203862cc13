// What our client makes of another's server, and what it sends it: protobuf cannot tell an absent
// field from an empty one, nor a float an amount of more than seven digits.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { handleUnaryCall } from '@grpc/grpc-js'
import type { Comando } from '../../contratos/comandos.ts'
import { envelopar, rastreio } from '../../contratos/envelope.ts'
import { agora, comoPedidoId } from '../../contratos/ids.ts'
import type { ModoGrpc, Trilha } from '../arquitetura.ts'
import {
  type EstornoResponse,
  type PagamentoRequest,
  type PagamentoResponse,
  PagamentoService,
} from './gerado/pagamento.ts'
import { abrirAlheio, abrirPorta, envelopado, pagamento } from './portas_de_teste.ts'
import { abrirGrpc } from './start.ts'

const ESTORNO: Comando = { tipo: 'Estornar', pedido_id: comoPedidoId(7), motivo: 'sem_estoque' }
const emEnvelope = (comando: Comando) =>
  envelopar(comando, { arquitetura: 'grpc', traceparent: rastreio() })

async function abrirPagamento(resposta: Partial<PagamentoResponse>) {
  const recebidos: PagamentoRequest[] = []
  const processarPagamento: handleUnaryCall<PagamentoRequest, PagamentoResponse> = (
    { request },
    responder,
  ) => {
    recebidos.push(request)
    responder(null, { pedido_id: 0, sucesso: false, mensagem: '', ...resposta })
  }
  const estornarPagamento: handleUnaryCall<unknown, EstornoResponse> = (_, responder) =>
    responder(null, { pedido_id: 0, status: '' })
  const portas = { processarPagamento, estornarPagamento }
  return { recebidos, ...(await abrirAlheio([[PagamentoService, portas]])) }
}

for (const modo of ['fluxo', 'unario'] as const satisfies readonly ModoGrpc[]) {
  describe(`a saída, em ${modo}, para um servidor de outro`, () => {
    const pedirA = async (endereco: string, comando: Comando): Promise<Trilha> => {
      await using saida = abrirGrpc({ pagamentos: endereco, estoque: endereco }, modo)
      return await saida.enviar(emEnvelope(comando), true)
    }

    it('sucesso sem número de pedido é do pedido que se perguntou', async () => {
      const { passos } = await pagarEm({ sucesso: true, mensagem: 'Pagamento aprovado' })
      assert.equal(passos[0]?.evento.tipo, 'PagamentoAprovado')
    })

    it('recusa sem número, mas com palavras, é recusa; sem nada não é resposta', async () => {
      const recusa = await pagarEm({ mensagem: 'Pagamento rejeitado' })
      assert.equal(recusa.passos[0]?.evento.tipo, 'PagamentoRejeitado')
      const nada = await pagarEm({})
      assert.deepEqual([nada.passos.length, nada.falha?.codigo], [0, 'operacao_nao_suportada'])
    })

    it('estorno respondido com uma mensagem vazia está feito', async () => {
      await using alheio = await abrirPagamento({})
      const { passos } = await pedirA(alheio.endereco, ESTORNO)
      assert.equal(passos[0]?.evento.tipo, 'PagamentoEstornado')
    })

    it('valor que um float mudaria não vai em um float', async () => {
      await using alheio = await abrirPagamento({ sucesso: true, mensagem: 'Pagamento aprovado' })
      await using saida = abrirGrpc({ pagamentos: alheio.endereco }, modo)
      for (const centavos of [13_107_199, 13_107_200, 20_000_001]) {
        await saida.enviar(envelopado(pagamento(centavos, centavos)), true)
      }
      const [ultimo, ...acima] = alheio.recebidos
      assert.equal(Math.round(ultimo!.valor * 100), 13_107_199)
      assert.deepEqual(
        acima.map(({ valor, valor_centavos }) => [valor, valor_centavos]),
        [
          [0, 13_107_200],
          [0, 20_000_001],
        ],
      )
    })

    it('comando cujos itens não se sabem chega sem eles', async () => {
      const vistos: Comando[] = []
      await using porta = await abrirPorta('estoque', async ({ comando }) => {
        vistos.push(comando)
        const separado = { pedido_id: comoPedidoId(7), itens: [], data_separacao: agora() }
        return { passos: [{ evento: { tipo: 'EstoqueSeparado', ...separado }, repetido: false }] }
      })
      const semItens = { pedido_id: comoPedidoId(7), itens: undefined, valor_centavos: undefined }
      const { falha } = await pedirA(porta.endereco, { tipo: 'SepararEstoque', ...semItens })
      assert.equal(falha, undefined)
      assert.deepEqual(vistos, [{ tipo: 'SepararEstoque', pedido_id: 7 }])
    })

    async function pagarEm(resposta: Partial<PagamentoResponse>): Promise<Trilha> {
      await using alheio = await abrirPagamento(resposta)
      return await pedirA(alheio.endereco, pagamento(7))
    }
  })
}
