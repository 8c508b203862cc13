// The acts on products as their bodies say them, at the gateway and at the services' own doors.
import * as z from 'zod'
import type { Centavos } from '../contratos/dinheiro.ts'
import { MAIOR_NOME, MAIOR_PRECO_CENTAVOS, MAIOR_REPOSICAO } from '../contratos/produtos.ts'

/** No control, invisible or unassigned characters, no line breaks. */
const VISIVEL = /^[^\p{C}\p{Zl}\p{Zp}]*$/u

const nome = z
  .string()
  .trim()
  .min(1)
  .max(MAIOR_NOME)
  .regex(VISIVEL, 'deve ter só caracteres visíveis')
  .meta({ example: 'Mesa de carvalho' })
const preco_centavos = z
  .number()
  .int()
  .min(1)
  .max(MAIOR_PRECO_CENTAVOS)
  .transform((n) => n as Centavos)

export const corpoDeProduto = z.object({
  nome,
  preco_centavos,
  unidades: z
    .number()
    .int()
    .min(0)
    .max(MAIOR_REPOSICAO)
    .default(0)
    .describe('Quantas já entram no estoque'),
})

export const mudancaDeProduto = z
  .object({ nome: nome.optional(), preco_centavos: preco_centavos.optional() })
  .refine((dita) => dita.nome !== undefined || dita.preco_centavos !== undefined, {
    error: 'precisa de nome ou de preco_centavos',
  })
  .meta({ minProperties: 1 })

export const corpoDeReposicao = z.object({
  quantidade: z.number().int().min(1).max(MAIOR_REPOSICAO),
})
