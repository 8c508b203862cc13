// Many buyers, few units: each unit is sold once.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { emBalanco } from './balanco.ts'
import { PRODUTO, type Sistema, UNIDADES, umItem } from './sistema.ts'

const COMPRADORES = 1_000
const RESTANTES = 10

export function concorrencia(
  nome: string,
  abrir: (ambiente?: Record<string, string>) => Promise<Sistema>,
) {
  describe(`${nome}: concorrência`, () => {
    let sistema: Sistema
    before(async () => {
      sistema = await abrir({ QUATROVIAS_PRAZO_MS: '20000', ANTIFRAUDE_VALOR_MAXIMO_CENTAVOS: '0' })
    })
    after(() => sistema[Symbol.asyncDispose]())

    it('mil compradores das dez últimas unidades: dez vendidas', async () => {
      let sobram = UNIDADES - RESTANTES
      for (let i = 0; sobram > 0; i++) {
        const quantidade = Math.min(sobram, 1_000)
        const { pedido } = await sistema.criar({ chave: `lote-${i}`, itens: umItem(quantidade) })
        assert.equal(pedido?.status, 'enviado')
        sobram -= quantidade
      }
      const compradores = Array.from({ length: COMPRADORES }, (_, i) =>
        sistema.criar({ chave: `comprador-${i}`, itens: umItem(1, PRODUTO) }),
      )
      const respostas = await Promise.all(compradores)
      const vendidas = respostas.filter((r) => r.pedido?.status === 'enviado')
      const recusadas = respostas.filter(
        (r) => r.erro === 'estoque_insuficiente' || r.pedido?.motivo === 'sem_estoque',
      )
      assert.equal(vendidas.length, RESTANTES)
      assert.equal(recusadas.length, COMPRADORES - RESTANTES)
    })

    it('os livros fecham', () => emBalanco(sistema))
  })
}
