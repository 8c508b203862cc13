// The same command twice, a hundred times at once, with other content, late and out of order.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Comando, destino } from '../../src/contratos/comandos.ts'
import { proximo } from '../../src/contratos/fluxo.ts'
import { comoClienteId, type PedidoId } from '../../src/contratos/ids.ts'
import { emBalanco } from './balanco.ts'
import { type Sistema, umItem } from './sistema.ts'

/** Every message the services of an order could ever receive, compensations included. */
function mensagensDo(pedido_id: PedidoId, valor: number): Comando[] {
  const base = { pedido_id }
  const valor_centavos = valor as never
  const compra = {
    itens: umItem(),
    metodo: 'pix',
    cliente_id: comoClienteId(1),
    valor_centavos,
  } as const
  return [
    { ...base, ...compra, tipo: 'AnalisarPedido' },
    { ...base, tipo: 'AutorizarPagamento', itens: umItem(), metodo: 'pix', valor_centavos },
    { ...base, tipo: 'SepararEstoque', itens: umItem(), valor_centavos },
    { ...base, tipo: 'EmitirNota', valor_centavos },
    { ...base, tipo: 'AgendarEnvio', nota: 1 },
  ]
}

/**
 * Only what could be on its way is delivered, but in any order and any number of times: each event
 * puts its follow-up among the messages, none is ever taken away, and a cancellation may join them.
 */
async function entregarAoAcaso(
  sistema: Sistema,
  primeira: Comando,
  entregas: readonly { qual: number; cancelar: number }[],
): Promise<void> {
  const aCaminho = [primeira]
  for (const { qual, cancelar } of entregas) {
    if (cancelar === 0 && 'pedido_id' in primeira) await sistema.cancelar(primeira.pedido_id)
    const { passos } = await sistema.entregarComando(aCaminho[qual % aCaminho.length]!)
    const seguinte = passos[0] && proximo(passos[0].evento)
    if (seguinte && destino[seguinte.tipo] !== 'pedidos') aCaminho.push(seguinte)
  }
}

export function repeticoes(nome: string, abrir: () => Promise<Sistema>) {
  describe(`${nome}: repetições`, () => {
    let sistema: Sistema
    before(async () => {
      sistema = await abrir()
    })
    after(() => sistema[Symbol.asyncDispose]())

    it('a mesma chave dá o mesmo pedido', async () => {
      const um = await sistema.criar({ chave: 'igual' })
      const outro = await sistema.criar({ chave: 'igual' })
      assert.equal(outro.repetido, true)
      assert.deepEqual(outro.pedido, um.pedido)
    })

    it('cem repetições ao mesmo tempo fazem um pedido só', async () => {
      const repetidas = Array.from({ length: 100 }, () => sistema.criar({ chave: 'cem' }))
      const respostas = await Promise.all(repetidas)
      assert.equal(new Set(respostas.map((r) => r.pedido?.id)).size, 1)
      assert.equal(respostas.filter((r) => !r.repetido).length, 1)
      assert.ok(respostas.every((r) => r.pedido?.status === 'enviado'))
    })

    it('a mesma chave de outro cliente é outro pedido', async () => {
      const um = await sistema.criar({ chave: 'alheia', cliente_id: 1 })
      const outro = await sistema.criar({ chave: 'alheia', cliente_id: 2 })
      assert.notEqual(um.pedido?.id, outro.pedido?.id)
    })

    it('a mesma chave com outro conteúdo é divergente e nada é feito', async () => {
      await sistema.criar({ chave: 'divergente' })
      const { erro } = await sistema.criar({ chave: 'divergente', itens: umItem(2) })
      assert.equal(erro, 'comando_divergente')
    })

    it('um pedido recusado não leva consigo os que chegaram com ele', async () => {
      const [bom, ruim] = await Promise.all([
        sistema.criar({ chave: 'bom' }),
        sistema.criar({ chave: 'ruim', itens: umItem(1, 9_999 as never) }),
      ])
      assert.equal(bom.pedido?.status, 'enviado')
      assert.equal(ruim.erro, 'produto_desconhecido')
    })

    it('mensagem repetida depois do fim não muda nada', async () => {
      const { pedido } = await sistema.criar({ chave: 'depois' })
      const antes = await sistema.eventos('pagamentos', pedido!.id)
      for (const comando of mensagensDo(pedido!.id, pedido!.total_centavos)) {
        const { passos } = await sistema.entregarComando(comando)
        assert.equal(passos[0]?.repetido, true, comando.tipo)
      }
      assert.deepEqual(await sistema.eventos('pagamentos', pedido!.id), antes)
    })

    it('cobrança repetida com outro valor é recusada', async () => {
      const { pedido } = await sistema.criar({ chave: 'outro-valor' })
      const [, pagamento] = mensagensDo(pedido!.id, pedido!.total_centavos + 1)
      const { falha } = await sistema.entregarComando(pagamento!)
      assert.equal(falha?.codigo, 'comando_divergente')
    })

    it('qualquer ordem e repetição de entregas, retomada, dá os mesmos livros', async () => {
      await sistema.derrubar('antifraude')
      const ids: PedidoId[] = []
      const criar = async () => {
        const { pedidoEmAberto } = await sistema.criar({ chave: `ordem-${ids.length}` })
        assert.ok(pedidoEmAberto)
        ids.push(pedidoEmAberto)
      }
      for (let i = 0; i < 20; i++) await criar()
      await sistema.levantar('antifraude')
      let n = 0
      const entregas = fc.array(fc.record({ qual: fc.nat(), cancelar: fc.nat(9) }), {
        maxLength: 12,
      })
      await fc.assert(
        fc.asyncProperty(entregas, async (lista) => {
          const id = ids[n++ % ids.length]!
          const { total_centavos = 0 } = (await sistema.pedido(id)) ?? {}
          await entregarAoAcaso(sistema, mensagensDo(id, total_centavos)[0]!, lista)
          await sistema.retomar(id)
        }),
        { numRuns: 20, seed: 7 },
      )
    })

    it('os livros fecham', () => emBalanco(sistema))
  })
}
