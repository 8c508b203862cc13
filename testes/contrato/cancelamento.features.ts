// A cancellation at every moment of the walk: logistica decides who came first (K7).
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { destino } from '../../src/contratos/comandos.ts'
import type { Centavos } from '../../src/contratos/dinheiro.ts'
import { proximo } from '../../src/contratos/fluxo.ts'
import type { NomeServico, PedidoId } from '../../src/contratos/ids.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import { ate } from '../ate.ts'
import { emBalanco } from './balanco.ts'
import type { Sistema } from './sistema.ts'

/** Long enough for the cancellation to overtake the step, well inside the chain's deadline. */
const ATRASO_MS = 250
const LIMITE_MS = 10_000
const PARADAS: readonly NomeServico[] = [
  'antifraude',
  'pagamentos',
  'estoque',
  'fiscal',
  'logistica',
]
const ANTERIOR: Partial<Record<NomeServico, NomeServico>> = {
  pagamentos: 'antifraude',
  estoque: 'pagamentos',
  fiscal: 'estoque',
  logistica: 'fiscal',
}

/** Delivers each step by hand down to the shipment; pedidos hears of none of them. */
async function percorrerAMao(sistema: Sistema, pedido: PedidoVisivel): Promise<void> {
  const { id: pedido_id, cliente_id, itens } = pedido
  const valor_centavos = pedido.total_centavos as Centavos
  const metodo = pedido.metodo ?? 'pix'
  const dados = { pedido_id, cliente_id, itens, valor_centavos, metodo }
  let comando = proximo({ tipo: 'PedidoCriado', ...dados })
  while (comando && destino[comando.tipo] !== 'pedidos') {
    const { passos } = await sistema.entregarComando(comando)
    assert.ok(passos[0], comando.tipo)
    comando = proximo(passos[0].evento)
  }
}

export function cancelamento(nome: string, abrir: () => Promise<Sistema>) {
  describe(`${nome}: cancelamento`, () => {
    let sistema: Sistema
    let ultimo = 1_000
    before(async () => {
      sistema = await abrir()
    })
    after(() => sistema[Symbol.asyncDispose]())

    const proximoId = () => ++ultimo as PedidoId

    for (const servico of PARADAS) {
      it(`cancelado enquanto ${servico} trabalha termina cancelado e sem cobrança`, async () => {
        await sistema.simular(servico, { atraso_ms: [ATRASO_MS, ATRASO_MS] })
        const id = proximoId()
        const pedindo = sistema.criar({ chave: `durante-${servico}` })
        const anterior = ANTERIOR[servico] ?? 'pedidos'
        const chegou = async () => (await sistema.eventos(anterior, id)).length > 0
        await ate(chegou, LIMITE_MS, `${anterior} terminou o pedido ${id}`)
        const { pedido: cancelado } = await sistema.cancelar(id)
        const { pedido } = await pedindo
        await sistema.simular(servico, { atraso_ms: [0, 0] })
        assert.equal(cancelado?.status, 'cancelado')
        assert.equal(pedido?.status, 'cancelado')
        assert.ok(!(await sistema.eventos('logistica', id)).includes('EnvioAgendado'))
      })
    }

    it('depois do envio não se cancela', async () => {
      const { pedido } = await sistema.criar({ chave: 'enviado' })
      assert.equal(pedido?.id, proximoId())
      const { erro } = await sistema.cancelar(pedido.id)
      assert.equal(erro, 'pedido_ja_enviado')
      assert.equal((await sistema.pedido(pedido.id))?.status, 'enviado')
    })

    it('cancelar duas vezes, também ao mesmo tempo, cancela uma', async () => {
      await sistema.simular('pagamentos', { atraso_ms: [ATRASO_MS, ATRASO_MS] })
      const id = proximoId()
      const pedindo = sistema.criar({ chave: 'duas-vezes' })
      await ate(() => sistema.pedido(id), LIMITE_MS, 'o pedido existe')
      const respostas = await Promise.all([sistema.cancelar(id), sistema.cancelar(id)])
      await pedindo
      await sistema.simular('pagamentos', { atraso_ms: [0, 0] })
      assert.deepEqual(
        respostas.map((r) => r.pedido?.status),
        ['cancelado', 'cancelado'],
      )
      const eventos = await sistema.eventos('pedidos', id)
      assert.equal(eventos.filter((e) => e === 'PedidoCancelado').length, 1)
    })

    it('cancelar o que já terminou cancelado diz que terminou', async () => {
      await sistema.simular('pagamentos', { taxa_sucesso: 0 })
      const { pedido } = await sistema.criar({ chave: 'recusado' })
      await sistema.simular('pagamentos', { taxa_sucesso: 1 })
      assert.equal(pedido?.id, proximoId())
      assert.equal((await sistema.cancelar(pedido.id)).erro, 'pedido_encerrado')
    })

    it('pedido que não existe e pedido importado não se cancelam', async () => {
      assert.equal((await sistema.cancelar(999_999 as PedidoId)).erro, 'pedido_desconhecido')
      const { erro } = await sistema.cancelar(1 as PedidoId)
      assert.ok(erro === 'pedido_encerrado' || erro === 'pedido_ja_enviado', String(erro))
    })

    it('com o envio agendado e o pedido aberto, a logística recusa o cancelamento', async () => {
      const id = proximoId()
      await sistema.derrubar('antifraude')
      await sistema.criar({ chave: 'agendado' })
      await sistema.levantar('antifraude')
      const pedido = await sistema.pedido(id)
      await percorrerAMao(sistema, pedido!)
      assert.equal((await sistema.cancelar(id)).erro, 'pedido_ja_enviado')
      await sistema.retomar(id)
      assert.equal((await sistema.pedido(id))?.status, 'enviado')
    })

    it('compensação que chega antes do passo impede o passo', async () => {
      const id = proximoId()
      await sistema.derrubar('antifraude')
      await sistema.criar({ chave: 'lapide' })
      const motivo = 'teste'
      for (const tipo of ['CancelarEnvio', 'CancelarNota', 'LiberarEstoque', 'Estornar'] as const) {
        await sistema.entregarComando({ tipo, pedido_id: id, motivo })
      }
      await sistema.levantar('antifraude')
      await sistema.retomar(id)
      const pedido = await sistema.pedido(id)
      assert.equal(pedido?.status, 'cancelado')
      assert.equal(pedido.motivo, 'cancelado')
    })

    it('os livros fecham', () => emBalanco(sistema))
  })
}
