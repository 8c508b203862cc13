// A row of the log of pedidos, as the order of the other figures would be written there.
import { randomUUID } from 'node:crypto'
import { comoCentavos } from '../src/contratos/dinheiro.ts'
import { rastreio } from '../src/contratos/envelope.ts'
import type { EventoGravado } from '../src/contratos/eventos.ts'
import {
  agora,
  type Causa,
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
} from '../src/contratos/ids.ts'

const ITENS = [1, 2].map((n) => ({
  ...{ produto_id: comoProdutoId(n), quantidade: n },
  preco_unitario_centavos: comoCentavos(4_115),
}))
const COMPRA = { cliente_id: comoClienteId(1), metodo: 'pix', itens: ITENS } as const

export const pedidoGravado = (id: number): EventoGravado => ({
  ...{ id, causa: `cliente/1/${randomUUID()}` as Causa, resumo: '' },
  ...{ arquitetura: 'kafka', traceparent: rastreio(), instante: agora() },
  evento: {
    ...{ tipo: 'PedidoCriado', pedido_id: comoPedidoId(id) },
    ...{ ...COMPRA, valor_centavos: comoCentavos(12_345) },
  },
})
