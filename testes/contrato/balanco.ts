// After every feature: the checker, over all the databases and the provider's ledger.
import assert from 'node:assert/strict'
import type { Sistema } from './sistema.ts'

export async function emBalanco(sistema: Pick<Sistema, 'conferir'>): Promise<void> {
  const { problemas, pedidos } = await sistema.conferir()
  assert.deepEqual(problemas, [])
  assert.ok(pedidos > 0, 'nenhum pedido foi conferido')
}
