// The changes of status as pedidos reads them from its log, the same on every driver.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Evento, EventoGravado } from '../src/contratos/eventos.ts'
import {
  type Causa,
  comoClienteId,
  comoPedidoId,
  type Instante,
  type PedidoId,
} from '../src/contratos/ids.ts'
import type { Database } from '../src/persistencia/database.ts'
import { acrescentar } from '../src/persistencia/diario.ts'
import { lerMudancas } from '../src/servicos/pedidos/mudancas.ts'
import { EVENTOS } from './eventos.ts'

const INSTANTE = '2026-11-20T21:33:00.000Z' as Instante
const UM = comoPedidoId(1_001)
const OUTRO = comoPedidoId(1_002)
const MAIS_QUE_TODOS = 100

const gravado = (id: number, pedido_id: PedidoId, evento: Evento): EventoGravado => ({
  ...{ id, causa: `${id}` as Causa, resumo: '', arquitetura: 'grpc', traceparent: '' },
  ...{ instante: INSTANTE, evento: { ...evento, pedido_id } as Evento },
})

/** Two orders, six events of which four change a status. */
const DIARIO: readonly EventoGravado[] = [
  gravado(1, UM, EVENTOS.PedidoCriado),
  gravado(2, OUTRO, EVENTOS.PedidoCriado),
  gravado(3, UM, EVENTOS.StatusRegistrado),
  gravado(4, UM, { ...EVENTOS.StatusRegistrado, mudou: false }),
  gravado(5, OUTRO, EVENTOS.CancelamentoSolicitado),
  gravado(6, OUTRO, { ...EVENTOS.PedidoCancelado, motivo: '"mudou":false' }),
]

async function comDiario(abrir: () => Promise<Database>): Promise<Database> {
  const db = await abrir()
  await db.transacao(async (tx) => {
    await tx.executarCada(
      `insert into pedidos
         (id, cliente_id, arquitetura, status, total_centavos, criado_em, atualizado_em)
       values ($1, $2, 'rest', 'pendente', 1, $3, $3)`,
      [UM, OUTRO].map((id) => [id, id - 1_000, INSTANTE]),
    )
    await acrescentar(tx, DIARIO)
  })
  return db
}

export function mudancas(nome: string, abrir: () => Promise<Database>): void {
  describe(`mudanças de status: ${nome}`, () => {
    it('vêm na ordem do diário, com o pedido e o cliente, e só as que mudaram algo', async () => {
      await using db = await comDiario(abrir)
      const lidas = await lerMudancas(db.leitura, { apos: 0, limite: MAIS_QUE_TODOS })
      const de = (pedido_id: PedidoId) => ({
        ...{ pedido_id, cliente_id: comoClienteId(pedido_id - 1_000) },
        ...{ arquitetura: 'rest', instante: INSTANTE, motivo: null },
      })
      assert.deepEqual(lidas, {
        ate: 6,
        mudancas: [
          { ...de(UM), id: 1, status: 'pendente' },
          { ...de(OUTRO), id: 2, status: 'pendente' },
          { ...de(UM), id: 3, status: 'em_separacao' },
          { ...de(OUTRO), id: 6, status: 'cancelado', motivo: '"mudou":false' },
        ],
      })
    })

    it('aos pedaços são as mesmas: cada pergunta começa onde a anterior acabou', async () => {
      await using db = await comDiario(abrir)
      for (const limite of [1, 2, 3]) {
        const vistas: number[] = []
        let apos = 0
        while (apos < DIARIO.length) {
          const lidas = await lerMudancas(db.leitura, { apos, limite })
          assert.ok(lidas.ate > apos)
          vistas.push(...lidas.mudancas.map(({ id }) => id))
          apos = lidas.ate
        }
        assert.deepEqual(vistas, [1, 2, 3, 6])
      }
    })

    it('de um pedido vêm as dele, completas até o fim do diário', async () => {
      await using db = await comDiario(abrir)
      const pergunta = { apos: 0, limite: MAIS_QUE_TODOS, pedido_id: UM }
      const { ate, mudancas } = await lerMudancas(db.leitura, pergunta)
      assert.deepEqual([ate, mudancas.map(({ id }) => id)], [6, [1, 3]])
    })

    it('além do fim do diário não há nada, e a resposta diz onde ele acaba', async () => {
      await using db = await comDiario(abrir)
      const apos = Number.MAX_SAFE_INTEGER
      assert.deepEqual(await lerMudancas(db.leitura, { apos, limite: 1 }), { ate: 6, mudancas: [] })
    })
  })
}
