// Orders that wait for a person, and what may still be done with them; deliveries that get lost.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { PedidoId } from '../../src/contratos/ids.ts'
import type { Sistema } from './sistema.ts'

export function retidos(nome: string, abrir: () => Promise<Sistema>) {
  describe(`${nome}: retidos`, () => {
    let sistema: Sistema
    let ultimo = 1_000
    const pagosPorEstranhos = new Set<number>()
    before(async () => {
      sistema = await abrir()
    })
    after(() => sistema[Symbol.asyncDispose]())

    /** An order whose payment was already made for another amount can only wait for a person. */
    async function criarRetido(chave: string): Promise<PedidoId> {
      const id = ++ultimo as PedidoId
      const valor_centavos = 1 as never
      pagosPorEstranhos.add(id)
      await sistema.entregarComando({ tipo: 'AutorizarPagamento', pedido_id: id, valor_centavos })
      const { erro, pedidoEmAberto } = await sistema.criar({ chave })
      assert.equal(erro, 'pedido_em_andamento')
      assert.equal(pedidoEmAberto, id)
      const pedido = await sistema.pedido(id)
      assert.equal(pedido?.retido?.codigo, 'comando_divergente')
      return id
    }

    it('pedido retido pode ser cancelado, e o que foi pago volta', async () => {
      const id = await criarRetido('cancelar')
      const { pedido } = await sistema.cancelar(id)
      assert.equal(pedido?.status, 'cancelado')
      assert.equal(pedido.retido, undefined)
      assert.ok((await sistema.eventos('pagamentos', id)).includes('PagamentoEstornado'))
    })

    it('o cancelamento aceito de um retido, interrompido, é retomado até o fim', async () => {
      const id = await criarRetido('interrompido')
      await sistema.derrubar('logistica')
      assert.equal((await sistema.cancelar(id)).erro, 'pedido_em_andamento')
      assert.equal((await sistema.pedido(id))?.retido, undefined)
      await sistema.levantar('logistica')
      await sistema.retomar(id)
      assert.equal((await sistema.pedido(id))?.status, 'cancelado')
    })

    it('pedido que já terminou não fica retido pela falha de quem chegou depois', async () => {
      await sistema.simular('pagamentos', { atraso_ms: [200, 200] })
      const id = ++ultimo as PedidoId
      const valor_centavos = 1 as never
      pagosPorEstranhos.add(id)
      const alheio = sistema.entregarComando({
        ...{ tipo: 'AutorizarPagamento', pedido_id: id, valor_centavos },
      })
      const pedindo = sistema.criar({ chave: 'terminado' })
      await alheio
      await pedindo
      await sistema.simular('pagamentos', { atraso_ms: [0, 0] })
      await sistema.cancelar(id)
      await sistema.retomar(id)
      const pedido = await sistema.pedido(id)
      assert.equal(pedido?.status, 'cancelado')
      assert.equal(pedido.retido, undefined)
    })

    it('entrega informada antes do fim é recusada, e o fluxo segue inteiro', async () => {
      const id = ++ultimo as PedidoId
      await sistema.derrubar('antifraude')
      await sistema.criar({ chave: 'entrega-cedo' })
      assert.equal((await sistema.entregar(id)).erro, 'envio_nao_agendado')
      await sistema.levantar('antifraude')
      await sistema.retomar(id)
      const { pedido } = await sistema.entregar(id)
      assert.equal(pedido?.status, 'entregue')
      assert.ok((await sistema.eventos('pedidos', id)).includes('PedidoConcluido'))
    })

    it('entrega informada com a logística fora do ar é confirmada quando ela volta', async () => {
      const { pedido } = await sistema.criar({ chave: 'entrega-perdida' })
      assert.equal(pedido?.id, ++ultimo)
      await sistema.derrubar('logistica')
      assert.equal((await sistema.entregar(pedido.id)).erro, 'pedido_em_andamento')
      assert.deepEqual(await sistema.abertos(), [pedido.id])
      await sistema.levantar('logistica')
      await sistema.retomar(pedido.id)
      assert.equal((await sistema.pedido(pedido.id))?.status, 'entregue')
      assert.deepEqual(await sistema.abertos(), [])
    })

    it('fora o centavo que estranhos pagaram, os livros fecham', async () => {
      const { problemas } = await sistema.conferir()
      const outros = problemas.filter(({ pedido_id }) => !pagosPorEstranhos.has(pedido_id ?? 0))
      assert.deepEqual(outros, [])
    })
  })
}
