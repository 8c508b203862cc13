// The orders page by page, newest first. A page starts at a place in the list, not at a count, so
// that orders made meanwhile neither repeat nor hide any.
import type { StatusPedido } from '../../contratos/eventos.ts'
import { ARQUITETURAS, type ClienteId, type Instante } from '../../contratos/ids.ts'
import type { Leitura, Valor } from '../../persistencia/database.ts'
import type { PedidoVisivel } from './consultas.ts'
import type { Posicao } from './cursor.ts'
import { COLUNAS, comItens, DE, type Linha } from './linhas.ts'

export interface FiltroDePedidos {
  readonly limite: number
  /** The last order of the page before. */
  readonly cursor?: Posicao | undefined
  readonly cliente_id?: ClienteId | undefined
  /** Any of these; none is all. */
  readonly status?: readonly StatusPedido[] | undefined
  readonly arquitetura?: string | undefined
  /** When it was made, both ends included. */
  readonly desde?: Instante | undefined
  readonly ate?: Instante | undefined
}
export interface PaginaDePedidos {
  readonly pedidos: readonly PedidoVisivel[]
  /** Absent on the last page. */
  readonly proxima?: Posicao
}

const PRIMEIRO_INSTANTE = '0000-01-01T00:00:00.000Z'
const ULTIMO_INSTANTE = '9999-12-31T23:59:59.999Z'
const ACIMA_DE_TODOS = Number.MAX_SAFE_INTEGER

/** $1, $2: below this place; $3: since; $4: how many. Each is read along one index, unsorted. */
const ramo = (filtro: string): string => `select ${COLUNAS} ${DE}
  where ${filtro} and (p.criado_em, p.id) < ($1, $2) and p.criado_em >= $3
  order by p.criado_em desc, p.id desc limit $4`

/** What an order's architecture may be. */
const DE_QUALQUER_UMA: readonly string[] = [...ARQUITETURAS, 'historico']

/** An empty text in the place of a filter lets everything through. */
const SE_ARQUITETURA = `($5 = '' or p.arquitetura = $5)`
const DO_CLIENTE = ramo(
  `p.cliente_id = $6 and ($7 = '' or $7 like '%,' || p.status || ',%') and ${SE_ARQUITETURA}`,
)
const DA_ARQUITETURA = ramo('p.arquitetura = $5')
const DE_TODOS = ramo('true')

/** A branch for each pair of a status and an architecture: the newest of each, merged. */
function porStatus(quantos: number): string {
  const ramos = Array.from({ length: quantos }, (_, i) => {
    const par = `p.status = $${5 + 2 * i} and p.arquitetura = $${6 + 2 * i}`
    return `select * from (${ramo(par)}) as ramo_${i}`
  })
  return `select * from (${ramos.join('\nunion all\n')}) as juntos
    order by criado_em desc, id desc limit $4`
}

export async function lerPagina(em: Leitura, filtro: FiltroDePedidos): Promise<PaginaDePedidos> {
  const { limite } = filtro
  const { sql, parametros } = consultaDe(filtro)
  // One more than is shown tells whether there is another page.
  const linhas = await em.todos<Linha>(sql, [...limites(filtro), limite + 1, ...parametros])
  const pedidos = await comItens(em, linhas.slice(0, limite))
  const ultimo = pedidos.at(-1)
  if (!ultimo || linhas.length <= limite) return { pedidos }
  return { pedidos, proxima: { criado_em: ultimo.criado_em, id: ultimo.id } }
}

/** The narrowest index that there is for what is asked. */
function consultaDe(filtro: FiltroDePedidos): { sql: string; parametros: Valor[] } {
  const { cliente_id, status = [], arquitetura = '' } = filtro
  if (cliente_id !== undefined) {
    const lista = status.length > 0 ? `,${status.join()},` : ''
    return { sql: DO_CLIENTE, parametros: [arquitetura, cliente_id, lista] }
  }
  const distintos = [...new Set(status)]
  if (distintos.length > 0) {
    const arquiteturas = arquitetura ? [arquitetura] : DE_QUALQUER_UMA
    const pares = distintos.flatMap((um) => arquiteturas.map((outra) => [um, outra]))
    return { sql: porStatus(pares.length), parametros: pares.flat() }
  }
  if (arquitetura) return { sql: DA_ARQUITETURA, parametros: [arquitetura] }
  return { sql: DE_TODOS, parametros: [] }
}

/** Below the cursor and not after `ate`: whichever is older. */
function limites({ cursor, desde, ate = ULTIMO_INSTANTE as Instante }: FiltroDePedidos): Valor[] {
  const teto = cursor && cursor.criado_em <= ate ? cursor : { criado_em: ate, id: ACIMA_DE_TODOS }
  return [teto.criado_em, teto.id, desde ?? PRIMEIRO_INSTANTE]
}
