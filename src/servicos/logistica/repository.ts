// The shipments as rows.
import type { DatabaseSync } from 'node:sqlite'
import type { Instante, PedidoId } from '../../contratos/ids.ts'
import type { Leitura, Parametros, Transacao } from '../../persistencia/database.ts'
import type { Livro, Pronto } from '../../persistencia/dobra.ts'
import { linhasDe } from '../importacao.ts'
import type { Comandos, Estado, Preparo, Respostas } from './domain.ts'

export interface Envio {
  readonly pedido_id: PedidoId
  readonly codigo_rastreamento: string | null
  readonly status: Exclude<Estado, 'nenhum'>
  readonly motivo: string | null
  readonly data_despacho: Instante | null
}

const ENVIOS = 'select pedido_id, codigo_rastreamento, status, motivo, data_despacho from envios'

export const envioDoPedido = (em: Leitura, id: PedidoId): Promise<Envio | undefined> =>
  em.um<Envio>(`${ENVIOS} where pedido_id = $1`, [id])

export async function abrir(
  tx: Transacao,
  prontos: readonly Pronto<Comandos, Preparo>[],
): Promise<Livro<Comandos, Estado, Preparo>> {
  const ids = prontos.map(({ comando }) => comando.pedido_id)
  const envios = await tx.dasChaves<Envio>(`${ENVIOS} where pedido_id = any ($chaves)`, ids)
  const estados = new Map<PedidoId, Estado>(envios.map((e) => [e.pedido_id, e.status]))
  const novas: Parametros[] = []
  const entregues: Parametros[] = []
  const canceladas: Parametros[] = []
  return {
    estado: ({ comando }) => estados.get(comando.pedido_id) ?? 'nenhum',
    guardar(pronto, evento, novo) {
      const { comando, instante } = pronto
      const mudou = novo !== estados.get(comando.pedido_id)
      estados.set(comando.pedido_id, novo)
      if (!mudou) return
      if (novo === 'entregue') entregues.push([comando.pedido_id, instante])
      else if (novo === 'cancelado') canceladas.push([comando.pedido_id, instante])
      else novas.push(linhaDe(pronto, evento, novo))
    },
    async gravar(tx) {
      await tx.executarCada(
        `insert into envios
           (pedido_id, nota_fiscal, codigo_rastreamento, status, motivo, data_despacho)
         values ($1, $2, $3, $4, $5, $6)`,
        novas,
      )
      await tx.executarCada(
        `update envios set status = 'entregue', data_entrega = $2 where pedido_id = $1`,
        entregues,
      )
      await tx.executarCada(
        `insert into envios (pedido_id, status, data_cancelamento) values ($1, 'cancelado', $2)
         on conflict (pedido_id) do update
           set status = 'cancelado', data_cancelamento = excluded.data_cancelamento`,
        canceladas,
      )
    },
  }
}

function linhaDe(
  { comando, instante }: Pronto<Comandos, Preparo>,
  evento: Respostas,
  estado: Estado,
): Parametros {
  const nota = comando.tipo === 'AgendarEnvio' ? comando.nota : null
  const codigo = evento.tipo === 'EnvioAgendado' ? evento.codigo_rastreamento : null
  const motivo = 'motivo' in evento ? evento.motivo : null
  return [comando.pedido_id, nota, codigo, estado, motivo, codigo && instante]
}

export const importar = (tx: Transacao, ecommerce: DatabaseSync): Promise<void> =>
  tx.executarCada(
    `insert into envios
       (pedido_id, nota_fiscal, codigo_rastreamento, status, data_despacho, origem)
     values ($1, $2, $3, $4, $5, 'historico')`,
    linhasDe(
      ecommerce,
      `select e.pedido_id, n.numero, e.codigo_rastreamento, e.status, e.data_despacho
       from envios e join notas_fiscais n on n.id = e.nota_fiscal_id`,
    ),
  )
