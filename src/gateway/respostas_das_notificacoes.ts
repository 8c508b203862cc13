// The replies about notices, as the documentation shows them.
import * as z from 'zod'
import { STATUS } from '../contratos/eventos.ts'
import { CANAIS, ESTADOS_DA_NOTIFICACAO, PREFERENCIAS_PADRAO } from '../contratos/notificacoes.ts'

const id = z.number().int().min(1)
const instante = z.string().meta({ format: 'date-time', description: 'UTC, ISO 8601' })

export const preferencias = z
  .object({
    email: z.boolean().describe('false: nenhum aviso por e-mail'),
    status: z.array(z.enum(STATUS)).describe('As mudanças de que a conta quer saber'),
  })
  .meta({
    title: 'Preferencias',
    description: 'O que a conta quer receber por e-mail',
    example: PREFERENCIAS_PADRAO,
  })

const umaNotificacao = z.object({
  id,
  pedido_id: id,
  cliente_id: id,
  status: z.enum(STATUS),
  canal: z.enum(CANAIS),
  instante: instante.describe('Quando o pedido mudou'),
  estado: z
    .enum(ESTADOS_DA_NOTIFICACAO)
    .describe('dispensado: o cliente não quer; sem_endereco: não há aonde mandar'),
  tentativas: z.number().int().min(0).describe('As que falharam'),
  proxima_em: instante.nullable().describe('Quando se tenta; null para a que terminou'),
  encerrada_em: instante.nullable(),
  erro: z.string().nullable().describe('Por que a última tentativa falhou'),
})
const NOTIFICACAO = {
  ...{ id: 7, pedido_id: 1_001, cliente_id: 51, status: 'enviado', canal: 'smtp' },
  ...{ instante: '2026-01-31T12:00:00.000Z', estado: 'desistiu', tentativas: 1, proxima_em: null },
  ...{ encerrada_em: '2026-01-31T12:00:01.000Z', erro: '550 mailbox unavailable' },
}
export const notificacoes = z
  .array(umaNotificacao)
  .meta({ description: 'As notificações, as mais novas primeiro', example: [NOTIFICACAO] })

export const notificacoesReenviadas = z
  .object({ reenviadas: z.number().int().min(0).describe('As que esperam para sair de novo') })
  .meta({ description: 'Quantas voltaram à espera', example: { reenviadas: 1 } })
