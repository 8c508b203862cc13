// What pedidos tells of a batch of its log, over a real database: each order with its own client
// and items, however often it is in the batch.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { abrirBancoDeTeste } from '../../../testes/banco.ts'
import type { Evento, EventoGravado } from '../../contratos/eventos.ts'
import type { Instante } from '../../contratos/ids.ts'
import { lerAvisos } from './avisos.ts'

const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
const INSTANTE = '2026-11-28T12:00:00.000Z' as Instante

const gravado = (evento: object): EventoGravado =>
  ({ evento: evento as Evento, instante: INSTANTE }) as EventoGravado
const registrado = (pedido_id: number, status: string, mudou = true) =>
  gravado({ tipo: 'StatusRegistrado', pedido_id, status, mudou })
const concluido = (pedido_id: number, mudou = true) =>
  gravado({ tipo: 'PedidoConcluido', pedido_id, status: 'enviado', mudou })

/** Orders 1 and 2, of clients 11 and 12: each of its own number of units, 2 of two products. */
async function abrir() {
  const db = await abrirBancoDeTeste(ESQUEMA)
  await db.transacao(async (tx) => {
    for (const id of [1, 2]) {
      await tx.executar(
        `insert into pedidos (id, cliente_id, arquitetura, status, total_centavos, criado_em,
           atualizado_em) values ($1, $2, 'kafka', 'pendente', 1, '2026', '2026')`,
        [id, 10 + id],
      )
      for (let produto = 1; produto <= id; produto++) {
        await tx.executar('insert into itens_pedido values ($1, $2, $1, 1990)', [id, produto])
      }
    }
  })
  return db
}

test('cada pedido do lote com o seu cliente e os seus itens, a cada vez', async () => {
  await using db = await abrir()
  const lote = [
    registrado(2, 'pagamento_aprovado'),
    registrado(1, 'em_separacao'),
    registrado(2, 'em_separacao', false),
    concluido(2),
    concluido(1, false),
  ]
  const avisosDe = await lerAvisos(db.leitura, lote)
  const ditos = lote.map((um) => avisosDe(um).map(({ topico, valor }) => ({ topico, ...valor })))
  const venda = (id: number, produtos: string[]) => ({
    topico: 'vendas',
    order_number: id,
    items: produtos.map((product) => ({ product, quantity: id, unit_price: 19.9 })),
  })
  assert.partialDeepStrictEqual(ditos, [
    [{ topico: 'notificacoes', pedido_id: 2, cliente_id: 12, status: 'pagamento_aprovado' }],
    [{ topico: 'notificacoes', pedido_id: 1, cliente_id: 11, status: 'em_separacao' }],
    [],
    [
      { topico: 'notificacoes', pedido_id: 2, cliente_id: 12, status: 'enviado' },
      { topico: 'pedidos_concluidos', pedido_id: 2, status: 'enviado' },
      venda(2, ['1', '2']),
    ],
    [{ topico: 'pedidos_concluidos', pedido_id: 1, status: 'enviado' }, venda(1, ['1'])],
  ])
  assert.deepEqual(
    ditos.map(({ length }) => length),
    [1, 1, 0, 3, 2],
  )
})

test('o pedido que não existe não vira aviso sem dono nem venda vazia: é um defeito', async () => {
  await using db = await abrir()
  for (const um of [registrado(9, 'enviado'), concluido(9), concluido(9, false)]) {
    const avisosDe = await lerAvisos(db.leitura, [um])
    assert.throws(() => avisosDe(um), /o diário fala do pedido 9, sem/)
  }
})
