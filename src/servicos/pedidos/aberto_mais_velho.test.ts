// The age of the oldest open order, as whoever looks after the house asks for it: whose, and by
// which index, however many orders there have been.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { abrirBancoDeTeste } from '../../../testes/banco.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { consultasDePedidos } from './consultas.ts'

const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
const ABERTO = { arquitetura: 'kafka', origem: 'vivo', encerrado: 0 }
const OUTROS = [{ arquitetura: 'rest' }, { origem: 'historico' }, { encerrado: 1 }]

/** The orders' numbers are their places, from 1, and each was made in the second of its number. */
async function abrir(pedidos: readonly Partial<typeof ABERTO>[]) {
  const db = await abrirBancoDeTeste(ESQUEMA)
  await db.transacao((tx) =>
    tx.executarCada(
      `insert into pedidos (id, cliente_id, arquitetura, origem, status, encerrado,
         atualizado_em, total_centavos, criado_em)
       values ($1, 1, $2, $3, 'pendente', $4, '2026', 1, $5)`,
      pedidos.map((um, i) => {
        const { arquitetura, origem, encerrado } = { ...ABERTO, ...um }
        return [i + 1, arquitetura, origem, encerrado, criadoEm(i + 1)]
      }),
    ),
  )
  return db
}
const criadoEm = (id: number) => `2026-11-20T21:33:0${id}.000Z`

test('é o primeiro aberto dos daquela arquitetura; retido, também é aberto', async () => {
  await using db = await abrir([...OUTROS, {}, {}])
  const { abertoMaisVelho } = consultasDePedidos(db)
  await db.transacao((tx) => tx.executar(`insert into retidos values (4, 'x', 'x', '2026')`))
  assert.equal(await abertoMaisVelho('kafka'), criadoEm(4))
  assert.equal(await abertoMaisVelho('rest'), criadoEm(1))
  assert.equal(await abertoMaisVelho('grpc'), undefined)
})

test('só os abertos são olhados, por um índice e sem ordenar', async () => {
  await using db = await abrir([{}])
  const planos: string[] = []
  const leitura: Leitura = {
    ...db.leitura,
    async um<T>(sql: string, p: readonly (string | number | null)[] = []) {
      const plano = await db.leitura.todos<{ detail: string }>(`explain query plan ${sql}`, p)
      planos.push(...plano.map(({ detail }) => detail))
      return db.leitura.um<T>(sql, p)
    },
  }
  assert.equal(await consultasDePedidos({ ...db, leitura }).abertoMaisVelho('kafka'), criadoEm(1))
  assert.deepEqual(planos, ['SCAN pedidos USING INDEX pedidos_abertos'])
})
