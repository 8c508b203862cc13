// A message of the topic `notificacoes`, ours or a stranger's, read into what is to be told. What
// it says in words is not passed on: the words are those of the templates.
import * as z from 'zod'
import { comZona, invalida } from '../../arquiteturas/kafka/mensagens.ts'
import { STATUS, type StatusPedido } from '../../contratos/eventos.ts'
import { type ClienteId, type Instante, MAIOR_ID, type PedidoId } from '../../contratos/ids.ts'

/** A change of status that a client is to hear of. */
export interface Mudanca {
  readonly pedido_id: PedidoId
  readonly cliente_id: ClienteId
  readonly status: StatusPedido
  readonly instante: Instante
}

/** A number, or the same in digits. */
const id = z
  .union([z.number(), z.string().regex(/^[1-9]\d{0,9}$/)], { error: 'não é um número' })
  .transform(Number)
  .pipe(z.number().int().min(1).max(MAIOR_ID))
const instante = z
  .string()
  .transform(comZona)
  .pipe(z.iso.datetime({ offset: true, error: 'não é um instante' }))
  .transform((texto) => new Date(texto).toISOString() as Instante)
const mensagem = z.object({
  pedido_id: id.transform((n) => n as PedidoId),
  cliente_id: id.transform((n) => n as ClienteId),
  status: z.enum(STATUS),
  instante,
})

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Errors: ErroDeNegocio mensagem_invalida, with the field that does not serve. */
export function lerMensagem(valor: Buffer | undefined): Mudanca {
  if (!valor) throw invalida('a mensagem não tem valor')
  let corpo: unknown
  try {
    corpo = JSON.parse(utf8.decode(valor))
  } catch {
    throw invalida('o valor não é JSON em UTF-8')
  }
  const lida = mensagem.safeParse(corpo)
  if (lida.success) return lida.data
  const [primeiro] = lida.error.issues
  const campo = primeiro?.path.join('.') || 'o valor'
  throw invalida(`${campo}: ${primeiro?.message ?? 'valor inválido'}`)
}
