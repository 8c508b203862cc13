// The replies as the documentation shows them. Tests hold the real ones equal to these.
import * as z from 'zod'
import { METODOS } from '../contratos/comandos.ts'
import { STATUS } from '../contratos/eventos.ts'
import { SERVICOS } from '../contratos/ids.ts'
import { PAPEIS } from './acesso/direitos.ts'

const id = z.number().int().min(1)
const centavos = z.number().int().min(0)
/** Without the pattern that zod would print, half a kilobyte at each instant. */
const instante = z.string().meta({ format: 'date-time', description: 'UTC, ISO 8601' })

export const problema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  codigo: z.string().describe('Estável; a lista está em docs/erros.md'),
  campo: z.string().optional().describe('O campo que não serve, por exemplo `itens.0.quantidade`'),
  repassado: z.literal(true).optional().describe('O erro veio de um serviço mais adiante'),
  pedido_id: id.optional(),
})

export const sessao = z
  .object({ token: z.string(), tipo: z.literal('Bearer'), expira_em: instante })
  .describe('A sessão, de uma hora')

export const conta = z
  .object({
    id,
    nome: z.string(),
    email: z.string(),
    papel: z.enum(PAPEIS),
    cliente_id: id.nullable().describe('O número do cliente nos pedidos; null para a equipe'),
    criado_em: instante,
  })
  .describe('A conta de quem pergunta')

export const produtos = z
  .array(
    z.object({
      id,
      nome: z.string(),
      estoque: z.number().int().min(0).describe('Unidades livres'),
      preco_centavos: centavos,
      estoque_desatualizado: z
        .literal(true)
        .optional()
        .describe('Estoque não respondeu; o número é o último conhecido'),
    }),
  )
  .describe('Os produtos')

const umPedido = z.object({
  id,
  cliente_id: id,
  status: z.enum(STATUS),
  motivo: z.string().nullable().describe('Por que foi recusado ou cancelado'),
  arquitetura: z.string(),
  origem: z.enum(['vivo', 'historico']),
  metodo: z.enum(METODOS).nullable(),
  itens: z.array(z.object({ produto_id: id, quantidade: id, preco_unitario_centavos: centavos })),
  total_centavos: centavos,
  criado_em: instante,
  atualizado_em: instante,
  retido: z
    .object({ codigo: z.string(), mensagem: z.string(), desde: instante })
    .optional()
    .describe('Presente enquanto o pedido espera por uma pessoa'),
})
export const pedido = umPedido.describe('O pedido')
const Link = {
  type: 'string',
  description: 'A página seguinte (RFC 8288), com os mesmos filtros; ausente na última',
  example: '</pedidos?limite=20&cursor=MS4x>; rel="next"',
}
export const pedidos = z
  .array(umPedido)
  .meta({ description: 'Os pedidos, os mais novos primeiro', headers: { Link } })

const EXEMPLO = {
  pedido_id: 1_001,
  status: 'pagamento_aprovado',
  motivo: null,
  arquitetura: 'rest',
  instante: '2026-01-31T12:00:00.000Z',
}
export const eventos = {
  description: 'O fluxo de eventos: `status`, `fim` e `reinicio`',
  content: {
    'text/event-stream': {
      schema: z.string().meta({
        example: `id: 42\nevent: status\ndata: ${JSON.stringify(EXEMPLO)}\n\n`,
      }),
    },
  },
}
export const semEventos = z.null().describe('O pedido acabou e o seu fim já foi recebido')

export const rastro = z
  .object({
    pedido_id: id,
    passos: z.array(
      z.object({
        servico: z.enum(SERVICOS),
        evento: z.string(),
        comando: z.string().optional(),
        instante,
        causa: z.string().describe('O nome natural do comando'),
        arquitetura: z.string(),
        ms: z.number().describe('Desde o primeiro passo'),
        dados: z.record(z.string(), z.unknown()),
      }),
    ),
    indisponiveis: z.array(z.enum(SERVICOS)).describe('Serviços que não responderam agora'),
  })
  .describe('Cada passo do pedido, na ordem em que aconteceu')

export const simulacao = z
  .object({
    atraso_ms: z.tuple([z.number(), z.number()]).describe('O menor e o maior atraso'),
    taxa_sucesso: z.number().describe('De 0 a 1'),
    semente: z.number().int(),
  })
  .describe('A simulação do serviço')

export const saude = z.object({ status: z.string() }).describe('Está bem')
