// The orders that wait for a service of somebody else's: which they are, and by which index.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { abrirBancoDeTeste } from '../../../testes/banco.ts'
import type { Instante } from '../../contratos/ids.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { consultasDePedidos } from './consultas.ts'

const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
const ATE = '2026-11-20T21:33:00.000Z' as Instante

const PADRAO = {
  ...{ arquitetura: 'kafka', origem: 'vivo', status: 'pagamento_aprovado', cancelamento: null },
  ...{ encerrado: 0, atualizado_em: ATE as string },
}
const OUTROS: readonly Partial<Record<keyof typeof PADRAO, string | number>>[] = [
  { arquitetura: 'rest' },
  { origem: 'historico' },
  { status: 'pendente' },
  { cancelamento: 'porque' },
  { encerrado: 1 },
  { atualizado_em: '2026-11-20T21:33:00.001Z' },
]

async function abrir() {
  const db = await abrirBancoDeTeste(ESQUEMA)
  const linhas = [PADRAO, ...OUTROS.map((um) => ({ ...PADRAO, ...um })), PADRAO, PADRAO]
  await db.transacao(async (tx) => {
    await tx.executarCada(
      `insert into pedidos (id, cliente_id, arquitetura, origem, status, cancelamento, encerrado,
         atualizado_em, total_centavos, traceparent, criado_em)
       values ($1, 1, $2, $3, $4, $5, $6, $7, 1, 'traço', '2026')`,
      linhas.map((um, i) => [
        ...[i + 1, um.arquitetura, um.origem, um.status],
        ...[um.cancelamento, um.encerrado, um.atualizado_em],
      ]),
    )
    const retido = linhas.length
    await tx.executar(`insert into retidos values ($1, 'x', 'x', '2026')`, [retido])
  })
  return { db, esperam: [1, linhas.length - 1] }
}

test('só o pedido aberto, pelo kafka, há tanto tempo no status, que ninguém trata', async () => {
  const { db, esperam } = await abrir()
  await using _db = db
  const { esperando } = consultasDePedidos(db)
  const ids = async (limite: number) =>
    (await esperando('pagamento_aprovado', ATE, limite)).map(({ id }) => Number(id))
  assert.deepEqual(await ids(10), esperam)
  assert.deepEqual(await ids(1), esperam.slice(0, 1))
})

test('só os que estão no status são olhados, por um índice e sem ordenar', async () => {
  const { db } = await abrir()
  await using _db = db
  const planos: string[] = []
  const leitura: Leitura = {
    um: (sql, p) => db.leitura.um(sql, p),
    dasChaves: (sql, chaves) => db.leitura.dasChaves(sql, chaves),
    async todos<T>(sql: string, p: readonly (string | number | null)[] = []) {
      const plano = await db.leitura.todos<{ detail: string }>(`explain query plan ${sql}`, p)
      planos.push(...plano.map(({ detail }) => detail))
      return db.leitura.todos<T>(sql, p)
    },
  }
  await consultasDePedidos({ ...db, leitura }).esperando('pendente', ATE, 10)
  assert.match(
    planos[0] ?? '',
    /pedidos USING INDEX pedidos_do_status_e_arquitetura_por_data .*criado_em</,
  )
  assert.ok(!planos.some((passo) => /TEMP B-TREE/.test(passo)))
})
