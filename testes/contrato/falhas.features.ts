// A service down, slow, or that answered too late: the order waits and ends, charged at most once.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { NomeServico } from '../../src/contratos/ids.ts'
import { ate } from '../ate.ts'
import { emBalanco } from './balanco.ts'
import type { Sistema } from './sistema.ts'

const DA_CADEIA: readonly NomeServico[] = [
  'antifraude',
  'pagamentos',
  'estoque',
  'fiscal',
  'logistica',
]
/** The contract systems give the chain one second. */
const ALEM_DO_PRAZO_MS = 1_300
/** Well inside it. */
const ATRASO_MS = 300
const LIMITE_MS = 15_000

export function falhas(nome: string, abrir: () => Promise<Sistema>) {
  describe(`${nome}: falhas`, () => {
    let sistema: Sistema
    before(async () => {
      sistema = await abrir()
    })
    after(() => sistema[Symbol.asyncDispose]())

    for (const servico of DA_CADEIA) {
      it(`com ${servico} fora do ar o pedido é aceito e termina quando ele volta`, async () => {
        await sistema.derrubar(servico)
        const { erro, pedidoEmAberto } = await sistema.criar({ chave: `sem-${servico}` })
        assert.equal(erro, 'pedido_em_andamento')
        assert.ok(pedidoEmAberto)
        assert.equal((await sistema.pedido(pedidoEmAberto))?.retido, undefined)
        await sistema.levantar(servico)
        await sistema.retomar(pedidoEmAberto)
        assert.equal((await sistema.pedido(pedidoEmAberto))?.status, 'enviado')
      })

      it(`resposta de ${servico} depois do prazo não repete o efeito`, async () => {
        await sistema.simular(servico, { atraso_ms: [ALEM_DO_PRAZO_MS, ALEM_DO_PRAZO_MS] })
        const { erro, pedidoEmAberto } = await sistema.criar({ chave: `lento-${servico}` })
        await sistema.simular(servico, { atraso_ms: [0, 0] })
        assert.equal(erro, 'pedido_em_andamento')
        const id = pedidoEmAberto!
        const terminar = async () => {
          await sistema.retomar(id)
          return (await sistema.pedido(id))?.status === 'enviado'
        }
        await ate(terminar, LIMITE_MS, `o pedido ${id} termina`)
        assert.equal((await sistema.eventos(servico, id)).length, 1)
      })
    }

    for (const servico of ['pagamentos', 'estoque', 'fiscal'] as const) {
      it(`${servico} encerrado em ordem no meio do passo não deixa o pedido retido`, async () => {
        await sistema.simular(servico, { atraso_ms: [ATRASO_MS, ATRASO_MS] })
        const pedindo = sistema.criar({ chave: `encerrado-${servico}` })
        const aCaminho = async () => (await sistema.abertos()).at(-1)
        const id = await ate(aCaminho, LIMITE_MS, 'o pedido está em andamento')
        await sistema.derrubar(servico)
        await pedindo
        await sistema.levantar(servico)
        await sistema.simular(servico, { atraso_ms: [0, 0] })
        await sistema.retomar(id)
        const pedido = await sistema.pedido(id)
        assert.equal(pedido?.retido, undefined)
        assert.equal(pedido?.status, 'enviado')
      })
    }

    it('com o estoque fora do ar desde o início o pedido espera ou é recusado', async () => {
      await sistema.derrubar('estoque')
      const { erro, pedidoEmAberto } = await sistema.criar({ chave: 'sem-estoque-desde-o-inicio' })
      await sistema.levantar('estoque')
      assert.ok(erro === 'pedido_em_andamento' || erro === 'servico_indisponivel', String(erro))
      if (pedidoEmAberto) await sistema.retomar(pedidoEmAberto)
    })

    it('os livros fecham', () => emBalanco(sistema))
  })
}
