// The skeleton of every service under many commands at once: one batch, one transaction, one
// offender (K10), and ids in commit order (K11), over a real SQLite file.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abrirBancoDeTeste, envelope, resumido } from '../../testes/banco.ts'
import {
  cadernoDe,
  ESQUEMA,
  gravados,
  INDECIDIVEL,
  pagar,
  servicoDeTeste,
  um,
  VENENO,
  varios,
} from '../../testes/caderno.ts'
import type { AutorizarPagamento } from '../contratos/comandos.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { Database } from './database.ts'

test('o resultado i responde ao comando i e o lote é uma transação', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const pedidos = [5, 3, 9, 1]
  const resultados = await varios(
    servicoDeTeste(db),
    pedidos.map((n) => pagar(n)),
  )
  assert.deepEqual(
    resultados.map((r) => r.ok && r.gravado.evento.pedido_id),
    pedidos,
  )
  assert.equal(db.transacoes(), 1)
})

test('repetido e divergente dentro de um mesmo lote são reconhecidos', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const servico = servicoDeTeste(db)
  const resultados = await varios(servico, [pagar(1), pagar(1), pagar(1, 200), pagar(2)])
  assert.deepEqual(resultados.map(resumido), [
    'PagamentoAprovado',
    'PagamentoAprovado repetido',
    'comando_divergente',
    'PagamentoAprovado',
  ])
  assert.equal(servico.decisoes, 2)
})

test('cem comandos iguais ao mesmo tempo dão um evento e 99 repetidos', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const servico = servicoDeTeste(db)
  const resultados = await Promise.all(Array.from({ length: 100 }, () => um(servico, 1)))
  assert.equal(resultados.filter((r) => r.ok && r.repetido).length, 99)
  assert.equal((await gravados(db)).length, 1)
  assert.equal(servico.decisoes, 1)
})

test('o vencido cai sozinho do seu lote; os outros são gravados', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lote = [envelope(pagar(1)), envelope(pagar(2), Date.now() - 1), envelope(pagar(3))]
  const resultados = await servicoDeTeste(db).handle(lote)
  const esperado = ['PagamentoAprovado', 'prazo_esgotado', 'PagamentoAprovado']
  assert.deepEqual(resultados.map(resumido), esperado)
  assert.deepEqual(
    (await gravados(db)).map((g) => g.id),
    [1, 2],
  )
})

test('erro ao decidir falha só o seu comando e nada dele é gravado', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lote = [pagar(1), pagar(2, INDECIDIVEL), pagar(3)]
  const resultados = await varios(servicoDeTeste(db), lote)
  const esperado = ['PagamentoAprovado', 'pedido_desconhecido', 'PagamentoAprovado']
  assert.deepEqual(resultados.map(resumido), esperado)
  assert.deepEqual(
    (await cadernoDe(db)).map((l) => [l.pedido_id, l.soma]),
    [
      [1, 100],
      [3, 200],
    ],
  )
  assert.equal(db.transacoes(), 1)
})

test('comando envenenado falha sozinho na gravação; o resto é gravado sem buraco', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lote = [pagar(1), pagar(2), pagar(3, VENENO), pagar(4), pagar(5, VENENO), pagar(6)]
  const resultados = await varios(servicoDeTeste(db), lote)
  const bom = 'PagamentoAprovado'
  assert.deepEqual(resultados.map(resumido), [bom, bom, 'defeito', bom, 'defeito', bom])
  const linhas = await gravados(db)
  assert.deepEqual(
    linhas.map((g) => [g.id, g.evento.pedido_id]),
    [1, 2, 4, 6].map((pedido, i) => [i + 1, pedido]),
  )
  assert.deepEqual(
    (await cadernoDe(db)).map((l) => l.soma),
    [100, 200, 300, 400],
  )
  assert.deepEqual(
    resultados.filter((r) => r.ok).map((r) => r.gravado),
    linhas,
  )
})

test('banco ocupado falha o lote inteiro como passageiro, sem refazer um por um', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  let tentativas = 0
  const ocupado: Database = {
    leitura: db.leitura,
    async transacao() {
      tentativas++
      throw new ErroDeNegocio('banco_ocupado')
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const resultados = await varios(servicoDeTeste(ocupado), [pagar(1), pagar(2), pagar(3)])
  assert.deepEqual(resultados.map(resumido), Array(3).fill('banco_ocupado'))
  assert.equal(tentativas, 1)
})

test('duzentos ao mesmo tempo: ids contíguos na ordem em que foram gravados', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  // Each takes another number of turns to prepare, so that they fall into many batches.
  const preparar = async ({ pedido_id }: AutorizarPagamento) => {
    for (let i = 0; i < (pedido_id * 7) % 11; i++) await new Promise(setImmediate)
  }
  const servico = servicoDeTeste(db, { preparar })
  const pedidos = Array.from({ length: 200 }, (_, i) => i + 1)
  const resultados = await Promise.all(pedidos.map((n) => um(servico, n)))
  const linhas = await gravados(db)
  assert.deepEqual(
    linhas.map((g) => g.id),
    pedidos,
  )
  const ordem = (await cadernoDe(db)).map((l) => l.pedido_id)
  assert.deepEqual(
    linhas.map((g) => g.evento.pedido_id),
    ordem,
  )
  assert.ok(resultados.every((r) => r.ok && linhas[r.gravado.id - 1]?.causa === r.gravado.causa))
  assert.ok(db.transacoes() > 1 && db.transacoes() < 200, `${db.transacoes()} transações`)
})
