// The dead letters of all groups, kept beside the orders that wait because of them.
import { agora, ehId, type PedidoId } from '../../contratos/ids.ts'
import { fluxoPorTopico } from '../../contratos/topicos.ts'
import type { Database, Transacao } from '../../persistencia/database.ts'
import { VALOR_OMITIDO } from './mortas_guardadas.ts'

/** A message that a consumer group could not handle, as it came, and why. */
export interface Morta {
  readonly grupo: string
  /** Our name. */
  readonly topico: string
  readonly particao: number
  readonly offset: string
  readonly codigo: string
  readonly detalhe: string
  /** The fault might have passed: nobody is asked, it is sent again by itself. */
  readonly passageira: boolean
  readonly instante: string
  /** It did not fit among the dead letters: all that is left is where it stood. */
  readonly valor_omitido: boolean
  readonly chave: Buffer | undefined
  readonly valor: Buffer | undefined
  readonly cabecalhos: readonly (readonly [Buffer, Buffer])[]
}

/** Of a subscriber's group, the newest: whoever floods it must not fill the book of the orders. */
export const MAXIMO_DO_ASSINANTE = 10_000

/**
 * Once for each, however often it comes; the order it would have carried on waits for a person
 * (ADR 0009). What only tells of an order holds nothing back.
 */
export async function guardarMorta(db: Database, morta: Morta): Promise<void> {
  const pedido = pedidoDe(morta)
  await db.transacao(async (tx) => {
    const nova = await inserir(tx, morta, pedido)
    if (!nova) return
    if (!(morta.topico in fluxoPorTopico)) return podar(tx, morta.grupo)
    if (pedido !== undefined && !morta.passageira) {
      await reter(tx, pedido, morta.codigo, morta.detalhe)
    }
  })
}

async function inserir(tx: Transacao, morta: Morta, pedido?: PedidoId): Promise<boolean> {
  const em64 = (bytes: Buffer | undefined) => bytes?.toString('base64') ?? null
  const cabecalhos = morta.cabecalhos.map((par) => par.map(em64))
  const linhas = await tx.executar(
    `insert into mortas (id, grupo, topico, particao, deslocamento, codigo, detalhe, passageira,
       pedido_id, chave, valor, cabecalhos, instante, recusa)
     select coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
     from mortas where true
     on conflict (grupo, topico, particao, deslocamento, instante) do nothing`,
    [
      ...[morta.grupo, morta.topico, morta.particao, morta.offset, morta.codigo, morta.detalhe],
      ...[morta.passageira ? 1 : 0, pedido ?? null, em64(morta.chave), em64(morta.valor)],
      ...[JSON.stringify(cabecalhos), morta.instante, morta.valor_omitido ? VALOR_OMITIDO : null],
    ],
  )
  return linhas === 1
}

async function podar(tx: Transacao, grupo: string): Promise<void> {
  await tx.executar(
    `delete from mortas where grupo = $1 and id <=
       (select id from mortas where grupo = $1 order by id desc limit 1 offset $2)`,
    [grupo, MAXIMO_DO_ASSINANTE],
  )
}

/** Nothing for an order that ended meanwhile, or never was. */
export async function reter(
  tx: Transacao,
  id: PedidoId,
  codigo: string,
  mensagem: string,
): Promise<void> {
  await tx.executar(
    `insert into retidos (pedido_id, codigo, mensagem, desde)
     select id, $2, $3, $4 from pedidos where id = $1 and encerrado = 0
     on conflict (pedido_id) do update
       set codigo = excluded.codigo, mensagem = excluded.mensagem`,
    [id, codigo, mensagem, agora()],
  )
}

/** The value says it, or the key does; what is neither is nobody's order. */
function pedidoDe({ chave, valor }: Morta): PedidoId | undefined {
  const dito = Number(noValor(valor) ?? chave)
  return ehId(dito) ? (dito as PedidoId) : undefined
}

function noValor(valor: Buffer | undefined): unknown {
  try {
    return (JSON.parse(String(valor)) as { pedido_id?: unknown } | null)?.pedido_id
  } catch {
    return undefined
  }
}
