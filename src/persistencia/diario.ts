// The service's log read and written: the only SQL over the table `eventos`, but for the changes of
// status that pedidos reads beside its orders.
import type { Evento, EventoGravado } from '../contratos/eventos.ts'
import type { Causa, Instante, NomeArquitetura, PedidoId } from '../contratos/ids.ts'
import type { Leitura, Transacao } from './database.ts'

interface LinhaDeEvento {
  id: number
  causa: Causa
  resumo: string
  dados: string
  arquitetura: NomeArquitetura
  traceparent: string
  instante: Instante
}
const COLUNAS = 'id, causa, resumo, dados, arquitetura, traceparent, instante'

/** Field by field: of thousands of rows a second, a spread costs as much as the parse. */
const daLinha = (linha: LinhaDeEvento): EventoGravado => ({
  id: Number(linha.id),
  causa: linha.causa,
  resumo: linha.resumo,
  arquitetura: linha.arquitetura,
  traceparent: linha.traceparent,
  instante: linha.instante,
  evento: JSON.parse(linha.dados) as Evento,
})

export async function procurar(em: Leitura, causa: Causa): Promise<EventoGravado | undefined> {
  const linha = await em.um<LinhaDeEvento>(`select ${COLUNAS} from eventos where causa = $1`, [
    causa,
  ])
  return linha && daLinha(linha)
}

/** Those of the log that are among `causas`. */
export async function procurarTodas(
  em: Leitura,
  causas: readonly Causa[],
): Promise<Map<Causa, EventoGravado>> {
  const linhas = await em.dasChaves<LinhaDeEvento>(
    `select ${COLUNAS} from eventos where causa = any ($chaves)`,
    causas,
  )
  return new Map(linhas.map((linha) => [linha.causa, daLinha(linha)]))
}

export async function ultimoId(em: Leitura): Promise<number> {
  const linha = await em.um<{ id: number }>('select coalesce(max(id), 0) as id from eventos')
  return Number(linha?.id ?? 0)
}

/** Events after `id` in commit order, at most `limite`. */
export async function eventosApos(
  em: Leitura,
  id: number,
  limite: number,
): Promise<EventoGravado[]> {
  const linhas = await em.todos<LinhaDeEvento>(
    `select ${COLUNAS} from eventos where id > $1 order by id limit $2`,
    [id, limite],
  )
  return linhas.map(daLinha)
}

/** All this service did for one order, in order. */
export async function eventosDoPedido(em: Leitura, pedido: PedidoId): Promise<EventoGravado[]> {
  const linhas = await em.todos<LinhaDeEvento>(
    `select ${COLUNAS} from eventos where pedido_id = $1 order by id`,
    [pedido],
  )
  return linhas.map(daLinha)
}

export async function acrescentar(tx: Transacao, novos: readonly EventoGravado[]): Promise<void> {
  await tx.executarCada(
    `insert into eventos
       (id, causa, resumo, pedido_id, tipo, dados, arquitetura, traceparent, instante)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    novos.map((g) => [
      g.id,
      g.causa,
      g.resumo,
      g.evento.pedido_id,
      g.evento.tipo,
      JSON.stringify(g.evento),
      g.arquitetura,
      g.traceparent,
      g.instante,
    ]),
  )
}
