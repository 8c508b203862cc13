// Simulated outcomes: the same for the same order whatever runs it, and as frequent as asked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comoPedidoId } from '../contratos/ids.ts'
import { criarSimulador, PERFIS, sorteio } from './simulacao.ts'

const CHAVES = Array.from({ length: 10_000 }, (_, i) => i + 1)
const pedido = (n: number, chave_simulacao?: string) => ({
  ...{ pedido_id: comoPedidoId(n) },
  ...(chave_simulacao !== undefined && { chave_simulacao }),
})
const simularTodos = (servico: 'pagamentos' | 'estoque', semente = 1, taxa_sucesso = 0.9) => {
  const simulador = criarSimulador(servico, 'instantanea', semente)
  simulador.mudar({ taxa_sucesso })
  return Promise.all(CHAVES.map((n) => simulador.simular(pedido(n))))
}

test('a mesma semente e o mesmo pedido dão o mesmo resultado, em qualquer ordem', async () => {
  const um = await simularTodos('pagamentos')
  const outro = criarSimulador('pagamentos', 'instantanea', 1)
  outro.mudar({ taxa_sucesso: 0.9 })
  const aoContrario: boolean[] = []
  for (const n of CHAVES.toReversed()) aoContrario.unshift(await outro.simular(pedido(n)))
  assert.deepEqual(aoContrario, um)
})

test('a taxa de sucesso é a pedida, a menos de um por cento, em dez mil pedidos', async () => {
  for (const taxa of [0.1, 0.5, 0.9, 0.95]) {
    const acertos = (await simularTodos('pagamentos', 1, taxa)).filter(Boolean).length
    assert.ok(Math.abs(acertos / CHAVES.length - taxa) < 0.01, `${taxa}: ${acertos}`)
  }
})

test('taxa 1 nunca falha e taxa 0 falha sempre', async () => {
  assert.ok((await simularTodos('pagamentos', 1, 1)).every((sucesso) => sucesso))
  assert.ok((await simularTodos('pagamentos', 1, 0)).every((sucesso) => !sucesso))
})

test('outra semente ou outro serviço dá outros resultados', async () => {
  const base = await simularTodos('pagamentos')
  assert.notDeepEqual(await simularTodos('pagamentos', 2), base)
  assert.notDeepEqual(await simularTodos('estoque'), base)
})

test('quem acerta com uma taxa acerta com qualquer taxa maior', async () => {
  const menor = await simularTodos('pagamentos', 1, 0.5)
  const maior = await simularTodos('pagamentos', 1, 0.7)
  assert.ok(menor.every((sucesso, i) => !sucesso || maior[i]))
})

test('a chave da simulação toma o lugar do número do pedido', async () => {
  const simulador = criarSimulador('estoque')
  simulador.mudar({ taxa_sucesso: 0.5 })
  const resultados = await Promise.all(CHAVES.map((n) => simulador.simular(pedido(n, 'fixa'))))
  assert.equal(new Set(resultados).size, 1)
  for (const n of CHAVES.slice(0, 100)) {
    const pelaChave = await simulador.simular(pedido(1, String(n)))
    assert.equal(pelaChave, await simulador.simular(pedido(n)))
  }
})

test('o sorteio cai por igual em cada décimo de 0 a 1', () => {
  const decimos = Array<number>(10).fill(0)
  for (const n of CHAVES) {
    const valor = sorteio('x', n)
    assert.ok(valor >= 0 && valor < 1)
    decimos[Math.floor(valor * 10)]!++
  }
  for (const n of decimos) assert.ok(Math.abs(n - 1_000) < 130, String(decimos))
})

test('sem atraso não há espera; com atraso, ele é dito', () => {
  const simulador = criarSimulador('pagamentos')
  assert.equal(simulador.demora(), false)
  simulador.mudar({ atraso_ms: [1, 2] })
  assert.equal(simulador.demora(), true)
  assert.equal(simulador.atual().taxa_sucesso, 1, 'o resto fica como estava')
})

test('todo perfil tem atrasos em ordem e taxas entre 0 e 1', () => {
  for (const perfil of Object.values(PERFIS)) {
    for (const { atraso_ms, taxa_sucesso } of Object.values(perfil)) {
      assert.ok(atraso_ms[0] >= 0 && atraso_ms[0] <= atraso_ms[1])
      assert.ok(taxa_sucesso >= 0 && taxa_sucesso <= 1)
    }
  }
})
