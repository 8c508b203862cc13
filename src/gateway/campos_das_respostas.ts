// The fields that replies share, as the documentation shows them.
import * as z from 'zod'

export const id = z.number().int().min(1)
export const contagem = z.number().int().min(0)
/** Without the pattern that zod would print, half a kilobyte at each instant. */
export const instante = z.string().meta({ format: 'date-time', description: 'UTC, ISO 8601' })
export const conteudo = z.object({
  codificacao: z.enum(['utf8', 'base64']),
  conteudo: z.string(),
})
