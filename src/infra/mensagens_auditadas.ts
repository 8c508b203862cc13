// How audited messages are asked for: of monitoramento, and of the gateway.
import * as z from 'zod'
import { idNoCaminho } from '../arquiteturas/campos.ts'
import { TODOS_OS_TOPICOS } from '../contratos/topicos.ts'

export const MAIOR_PAGINA_DE_MENSAGENS = 200
export const MAIOR_TEXTO = 200

const topico = z
  .enum(TODOS_OS_TOPICOS as [string, ...string[]])
  .describe('O tópico, pelo nosso nome')
const numero = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const instante = z.iso.datetime().describe('UTC, ISO 8601; o da própria mensagem')

export const procuraDeMensagens = z.object({
  limite: z.coerce.number().int().min(1).max(MAIOR_PAGINA_DE_MENSAGENS).default(20),
  antes_de: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('O `proximo` da resposta anterior'),
  pedido: idNoCaminho.optional().describe('Só as deste pedido'),
  topico: topico.optional(),
  desde: instante.optional(),
  ate: instante.optional(),
  texto: z
    .string()
    .min(1)
    .max(MAIOR_TEXTO)
    .optional()
    .describe('Só as que o têm no valor, na chave ou em um cabeçalho, letra por letra'),
})
export const comLugarDaMensagem = z.object({ topico, particao: numero, offset: numero })
