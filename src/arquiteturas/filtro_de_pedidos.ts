// The list of orders as it is asked for over HTTP, at pedidos' own door and at the gateway's: the
// query read once, and written again into the link of the next page (RFC 8288).
import * as z from 'zod'
import { STATUS, type StatusPedido } from '../contratos/eventos.ts'
import { ARQUITETURAS, type ClienteId, type Instante } from '../contratos/ids.ts'
import {
  escreverCursor,
  lerCursor,
  MAIOR_CURSOR,
  type Posicao,
} from '../servicos/pedidos/cursor.ts'
import { MAIOR_PAGINA } from '../servicos/pedidos/linhas.ts'
import { idNoCaminho } from './campos.ts'

const PAGINA_PADRAO = 20
/** Repeated names change nothing, so a few more than there are do no harm. */
const MAXIMO_DE_STATUS = 2 * STATUS.length

const cursor = z
  .string()
  .max(MAIOR_CURSOR)
  .transform((texto, contexto): Posicao => {
    const posicao = lerCursor(texto)
    if (posicao) return posicao
    contexto.addIssue({ code: 'custom', message: 'não é um cursor que tenha sido dado aqui' })
    return z.NEVER
  })

const ehStatus = (texto: string): boolean => STATUS.some((nome) => nome === texto)
/** `?status=a&status=b` and `?status=a,b` are the same. */
const status = z
  .preprocess(
    (valor) => (typeof valor === 'string' ? valor.split(',') : umPorUm(valor)),
    z
      .array(z.string())
      .min(1)
      .max(MAXIMO_DE_STATUS)
      .refine((nomes) => nomes.every(ehStatus), `deve ser ${STATUS.join(', ')}`)
      .meta({ items: { type: 'string', enum: [...STATUS] } })
      .optional(),
  )
  .transform((nomes) => nomes as StatusPedido[] | undefined)

const umPorUm = (valor: unknown): unknown =>
  Array.isArray(valor) ? valor.flatMap((um) => String(um).split(',')) : valor

/** With the milliseconds and the Z of ours, so that it compares with them as text. */
const instante = z
  .string()
  .max(40)
  .transform((texto, contexto): Instante => {
    const lido = z.iso.datetime({ offset: true }).safeParse(texto)
    const utc = lido.success ? new Date(texto).toISOString() : ''
    if (/^\d{4}-/.test(utc)) return utc as Instante
    contexto.addIssue({ code: 'custom', message: 'deve ser um instante ISO 8601, com fuso' })
    return z.NEVER
  })
  .meta({ format: 'date-time', example: '2026-01-31T00:00:00Z' })

export const filtroDePedidos = z.object({
  limite: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAIOR_PAGINA)
    .default(PAGINA_PADRAO)
    .describe('Quantos pedidos por página'),
  cursor: cursor.optional().describe('Onde a página começa: vem do `Link` da anterior'),
  status: status.describe('Só pedidos em um destes status; repetido ou separado por vírgulas'),
  arquitetura: z
    .enum([...ARQUITETURAS, 'historico'])
    .optional()
    .describe('Só pedidos feitos por ela; `historico` são os importados'),
  desde: instante.optional().describe('Só pedidos criados neste instante ou depois'),
  ate: instante.optional().describe('Só pedidos criados neste instante ou antes'),
  cliente_id: idNoCaminho
    .transform((n) => n as ClienteId)
    .optional()
    .describe('Só pedidos deste cliente'),
})
export type BuscaDePedidos = z.output<typeof filtroDePedidos>

/** The filters as a query again; the place where the page starts is `cursor`, as text. */
export function comoBusca(busca: BuscaDePedidos, cursor?: string): URLSearchParams {
  const { cursor: _, status, ...simples } = busca
  const parametros = new URLSearchParams()
  for (const [nome, valor] of Object.entries(simples)) {
    if (valor !== undefined) parametros.set(nome, String(valor))
  }
  if (status?.length) parametros.set('status', status.join())
  if (cursor !== undefined) parametros.set('cursor', cursor)
  return parametros
}

/** The value of `Link` for the page after this one. */
export const linkDaProxima = (busca: BuscaDePedidos, cursor: string): string =>
  `</pedidos?${comoBusca(busca, cursor)}>; rel="next"`

/** The cursor of the next page in a `Link` of ours; `undefined` when this page is the last. */
export const cursorDoLink = (link: unknown): string | undefined =>
  typeof link === 'string' ? /[?&]cursor=([\w-]+)/.exec(link)?.[1] : undefined

export const cursorDe = (posicao: Posicao | undefined): string | undefined =>
  posicao && escreverCursor(posicao)
