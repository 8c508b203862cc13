// The fields of the contract: what comes from outside is parsed once, here.
import * as z from 'zod'
import { METODOS } from '../contratos/comandos.ts'
import { type Centavos, MAIOR_VALOR } from '../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import {
  type ClienteId,
  type Instante,
  MAIOR_ID,
  type PedidoId,
  type ProdutoId,
} from '../contratos/ids.ts'

export const MAIOR_QUANTIDADE = 1_000
export const MAXIMO_DE_ITENS = 100

const inteiro = z.number().int()
const id = inteiro.min(1).max(MAIOR_ID)
export const pedidoId = id.transform((n) => n as PedidoId)
export const clienteId = id.transform((n) => n as ClienteId)
export const produtoId = id.transform((n) => n as ProdutoId)
export const centavos = inteiro
  .min(1)
  .max(MAIOR_VALOR)
  .transform((n) => n as Centavos)
export const metodo = z.enum(METODOS)
export const MAIOR_MOTIVO = 200
export const motivo = z.string().min(1).max(MAIOR_MOTIVO)
export const chaveDeSimulacao = z.string().min(1).max(100)
export const instante = z.iso.datetime().transform((texto) => texto as Instante)

/** The id in a path, written in digits alone. */
export const idNoCaminho = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .transform(Number)
  .pipe(id)

export const itens = z
  .array(z.object({ produto_id: produtoId, quantidade: inteiro.min(1).max(MAIOR_QUANTIDADE) }))
  .min(1, 'o pedido precisa de ao menos um item')
  .max(MAXIMO_DE_ITENS, `o pedido aceita até ${MAXIMO_DE_ITENS} itens`)
  .superRefine((lista, contexto) => {
    const vistos = new Set<number>()
    lista.forEach(({ produto_id }, i) => {
      if (vistos.has(produto_id)) {
        const message = `o produto ${produto_id} aparece duas vezes; some as quantidades`
        contexto.addIssue({ code: 'custom', path: [i, 'produto_id'], message })
      }
      vistos.add(produto_id)
    })
  })

/** Throws `campo_invalido` naming the field, in the words of infra/validacao.ts. */
export function lerCampos<T>(esquema: z.ZodType<T>, valor: unknown): T {
  const lido = esquema.safeParse(valor)
  if (lido.success) return lido.data
  const [primeiro] = lido.error.issues
  throw campoInvalido(primeiro?.path.join('.') ?? '', primeiro?.message ?? 'valor inválido')
}

/** `campo` is a path such as `itens.0.quantidade`; empty when the whole is at fault. */
export const campoInvalido = (campo: string, detalhe: string): ErroDeNegocio =>
  campo
    ? new ErroDeNegocio('campo_invalido', `${campo}: ${detalhe}`, { campo })
    : new ErroDeNegocio('campo_invalido', `O corpo ${detalhe}.`)
