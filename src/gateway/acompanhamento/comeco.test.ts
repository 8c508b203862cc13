// How the stream of one order begins, by what its reader has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { umPedido } from '../servicos_de_teste.ts'
import { comecoDe } from './comeco.ts'
import { criarDiario } from './diario_de_teste.ts'

const PEDIDO = umPedido(1_001, 1)
const cancelado = () => {
  const diario = criarDiario()
  for (const status of ['pendente', 'pendente', 'cancelado'] as const) {
    diario.gravar(1_001, 1, status)
  }
  return diario.ler(0)
}

test('quem já tem o fim não tem mais nada a ouvir; quem não o tem ouve o resto', () => {
  assert.equal(comecoDe(PEDIDO, cancelado(), 3), undefined)
  const comeco = comecoDe(PEDIDO, cancelado(), 2)
  assert.deepEqual([comeco?.passadas.map(({ id }) => id), comeco?.reinicio], [[3], false])
})

test('quem conhece um lugar além do diário, refeito de uma cópia, ouve tudo de novo', () => {
  const comeco = comecoDe(PEDIDO, cancelado(), 1_000)
  assert.deepEqual([comeco?.reinicio, comeco?.passadas.length], [true, 3])
  assert.equal(comeco?.fim?.status, 'cancelado')
})
