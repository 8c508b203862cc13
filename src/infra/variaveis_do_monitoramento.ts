// The rows about what monitoramento keeps, in the table of environment variables.
import * as z from 'zod'
import type { Variavel } from './configuracao.ts'

/** So that hours in milliseconds are exact. */
const SECULO_H = 876_600
const MAXIMO = 1_000_000_000

/** How long audited messages are kept (0: for ever), and how many of them. */
export interface ConfiguracaoDoMonitoramento {
  readonly retencaoMs: number
  readonly maximo: number
}

export const lerMonitoramento = (
  numero: (nome: string) => number,
): ConfiguracaoDoMonitoramento => ({
  retencaoMs: numero('MONITORAMENTO_RETENCAO_H') * 3_600_000,
  maximo: numero('MONITORAMENTO_MAXIMO'),
})

export const VARIAVEIS_DO_MONITORAMENTO: readonly Variavel[] = [
  {
    nome: 'MONITORAMENTO_RETENCAO_H',
    padrao: '168',
    descricao: 'Por quantas horas uma mensagem auditada fica guardada; 0: para sempre',
    esquema: z.coerce.number().int().min(0).max(SECULO_H),
  },
  {
    nome: 'MONITORAMENTO_MAXIMO',
    padrao: '1000000',
    descricao: 'Mensagens auditadas que ficam guardadas, no máximo',
    esquema: z.coerce.number().int().min(1).max(MAXIMO),
  },
]
