// What may be asked of the notices, as the subscriber's and the gateway's routes both take it.
import * as z from 'zod'
import { idNoCaminho, pedidoId } from '../arquiteturas/campos.ts'
import { STATUS } from '../contratos/eventos.ts'
import type { PedidoId } from '../contratos/ids.ts'
import { CANAIS, ESTADOS_DA_NOTIFICACAO } from '../contratos/notificacoes.ts'

export const MAXIMO_MOSTRADO = 100

export const paginaDeNotificacoes = z.object({
  limite: z.coerce.number().int().min(1).max(MAXIMO_MOSTRADO).default(20),
  antes_de: idNoCaminho.optional().describe('Só notificações de número menor que este'),
  pedido_id: idNoCaminho
    .transform((id) => id as PedidoId)
    .optional()
    .describe('Só as deste pedido'),
  estado: z.enum(ESTADOS_DA_NOTIFICACAO).optional().describe('Só as que estão assim'),
})
export type PaginaDeNotificacoes = z.output<typeof paginaDeNotificacoes>

export const reenvioDeNotificacoes = z
  .object({
    pedido_id: pedidoId,
    status: z.enum(STATUS).optional().describe('Só a deste status'),
    canal: z.enum(CANAIS).optional().describe('Só por este canal'),
  })
  .meta({ example: { pedido_id: 1_001, status: 'enviado', canal: 'smtp' } })
export type ReenvioDeNotificacoes = z.output<typeof reenvioDeNotificacoes>
