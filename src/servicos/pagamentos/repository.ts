// The payments as rows.
import type { DatabaseSync } from 'node:sqlite'
import type { Metodo } from '../../contratos/comandos.ts'
import type { Instante, PedidoId } from '../../contratos/ids.ts'
import type { Leitura, Parametros, Transacao } from '../../persistencia/database.ts'
import type { Livro, Pronto } from '../../persistencia/dobra.ts'
import { linhasDe } from '../importacao.ts'
import { type Comandos, type Estado, INICIAL, type Preparo } from './domain.ts'

export interface Pagamento {
  readonly pedido_id: PedidoId
  readonly valor_centavos: number | null
  readonly metodo: Metodo | null
  readonly status: 'aprovado' | 'rejeitado' | 'pendente' | 'estornado'
  readonly motivo: string | null
  readonly data_processamento: Instante | null
  readonly origem: 'vivo' | 'historico'
}

const PAGAMENTOS = `select pedido_id, valor_centavos, metodo, status, motivo, data_processamento,
  origem from pagamentos`

export const pagamentoDoPedido = (em: Leitura, id: PedidoId): Promise<Pagamento | undefined> =>
  em.um<Pagamento>(`${PAGAMENTOS} where pedido_id = $1`, [id])

export async function abrir(
  tx: Transacao,
  prontos: readonly Pronto<Comandos, Preparo>[],
): Promise<Livro<Comandos, Estado, Preparo>> {
  const ids = prontos.map(({ comando }) => comando.pedido_id)
  const pagos = await tx.dasChaves<Pagamento>(`${PAGAMENTOS} where pedido_id = any ($chaves)`, ids)
  const estados = new Map<PedidoId, Estado>(pagos.map((p) => [p.pedido_id, comoEstado(p)]))
  const autorizados: Parametros[] = []
  const estornados: Parametros[] = []
  return {
    estado: ({ comando }) => estados.get(comando.pedido_id) ?? INICIAL,
    guardar({ comando, instante }, evento, novo) {
      const anterior = estados.get(comando.pedido_id)
      estados.set(comando.pedido_id, novo)
      if (novo === anterior || novo.situacao === anterior?.situacao) return
      if (comando.tipo === 'AutorizarPagamento') {
        const motivo = 'motivo' in evento ? evento.motivo : null
        const { pedido_id, valor_centavos, metodo } = comando
        const status = novo.situacao
        autorizados.push([pedido_id, valor_centavos, metodo ?? null, status, motivo, instante])
      } else {
        estornados.push([comando.pedido_id, comando.motivo, instante])
      }
    },
    async gravar(tx) {
      await tx.executarCada(
        `insert into pagamentos
           (pedido_id, valor_centavos, metodo, status, motivo, data_processamento)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (pedido_id) do update
           set valor_centavos = excluded.valor_centavos, status = excluded.status,
             motivo = excluded.motivo, data_processamento = excluded.data_processamento`,
        autorizados,
      )
      await tx.executarCada(
        `insert into pagamentos (pedido_id, status, motivo, data_estorno)
         values ($1, 'estornado', $2, $3)
         on conflict (pedido_id) do update
           set status = 'estornado', motivo = excluded.motivo,
             data_estorno = excluded.data_estorno`,
        estornados,
      )
    },
  }
}

function comoEstado(pagamento: Pagamento): Estado {
  if (pagamento.origem === 'historico') return { situacao: 'historico' }
  if (pagamento.status === 'pendente') return INICIAL
  return { situacao: pagamento.status }
}

export const importar = (tx: Transacao, ecommerce: DatabaseSync): Promise<void> =>
  tx.executarCada(
    `insert into pagamentos
       (pedido_id, valor_centavos, metodo, status, data_processamento, origem)
     values ($1, $2, $3, $4, $5, 'historico')`,
    linhasDe(
      ecommerce,
      `select g.pedido_id, p.valor_total_centavos, g.metodo, g.status, g.data_processamento
       from pagamentos g join pedidos p on p.id = g.pedido_id`,
    ),
  )
