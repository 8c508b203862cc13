// The rows about what monitoramento keeps, in the table of environment variables.
import * as z from 'zod'
import type { Variavel } from './configuracao.ts'

/** So that hours in milliseconds are exact. */
const SECULO_H = 876_600
const MAXIMO = 1_000_000_000

export const VARIAVEIS_DO_MONITORAMENTO: readonly Variavel[] = [
  {
    nome: 'MONITORAMENTO_RETENCAO_H',
    padrao: '168',
    descricao: 'Horas que uma mensagem auditada fica guardada; 0: para sempre',
    esquema: z.coerce.number().int().min(0).max(SECULO_H),
  },
  {
    nome: 'MONITORAMENTO_MAXIMO',
    padrao: '5000000',
    descricao: 'Mensagens auditadas que ficam guardadas, no máximo',
    esquema: z.coerce.number().int().min(1).max(MAXIMO),
  },
]
