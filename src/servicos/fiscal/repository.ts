// The notas as rows, and the next number of the series.
import type { DatabaseSync } from 'node:sqlite'
import type { Instante, PedidoId } from '../../contratos/ids.ts'
import type { Leitura, Parametros, Transacao } from '../../persistencia/database.ts'
import type { Livro, Pronto } from '../../persistencia/dobra.ts'
import { linhasDe } from '../importacao.ts'
import type { Comandos, Estado, Preparo, Respostas, Situacao } from './domain.ts'

export interface Nota {
  readonly pedido_id: PedidoId
  readonly numero: number | null
  readonly chave_acesso: string | null
  readonly status: Exclude<Situacao, 'nenhuma' | 'historica'>
  readonly origem: 'vivo' | 'historico'
  readonly motivo: string | null
  readonly data_emissao: Instante | null
}

const NOTAS = `select pedido_id, numero, chave_acesso, status, motivo, data_emissao, origem
  from notas_fiscais`

export const notaDoPedido = (em: Leitura, id: PedidoId): Promise<Nota | undefined> =>
  em.um<Nota>(`${NOTAS} where pedido_id = $1`, [id])

export async function abrir(
  tx: Transacao,
  prontos: readonly Pronto<Comandos, Preparo>[],
): Promise<Livro<Comandos, Estado, Preparo>> {
  const situacoes = new Map<PedidoId, Situacao>()
  const ids = prontos.map(({ comando }) => comando.pedido_id)
  for (const nota of await tx.dasChaves<Nota>(`${NOTAS} where pedido_id = any ($chaves)`, ids)) {
    situacoes.set(nota.pedido_id, nota.origem === 'historico' ? 'historica' : nota.status)
  }
  const maior = await tx.um<{ n: number }>(
    'select coalesce(max(numero), 0) as n from notas_fiscais',
  )
  let proximoNumero = Number(maior?.n ?? 0) + 1
  const linhas: Parametros[] = []
  const canceladas: Parametros[] = []
  return {
    estado: ({ comando }) => ({
      situacao: situacoes.get(comando.pedido_id) ?? 'nenhuma',
      proximoNumero,
    }),
    guardar(pronto, evento, novo) {
      const { pedido_id } = pronto.comando
      const mudou = novo.situacao !== situacoes.get(pedido_id)
      situacoes.set(pedido_id, novo.situacao)
      proximoNumero = novo.proximoNumero
      if (!mudou) return
      if (novo.situacao === 'cancelada') canceladas.push([pedido_id, pronto.instante])
      else linhas.push(linhaDe(pronto, evento, novo.situacao))
    },
    async gravar(tx) {
      await tx.executarCada(
        `insert into notas_fiscais
           (pedido_id, numero, chave_acesso, valor_centavos, status, motivo, data_emissao)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        linhas,
      )
      await tx.executarCada(
        `update notas_fiscais set status = 'cancelada', data_cancelamento = $2
         where pedido_id = $1`,
        canceladas,
      )
    },
  }
}

function linhaDe(
  { comando, instante, preparo }: Pronto<Comandos, Preparo>,
  evento: Respostas,
  situacao: Situacao,
): Parametros {
  const { pedido_id } = comando
  if (evento.tipo === 'NotaEmitida') {
    const { numero, chave_acesso } = evento
    return [pedido_id, numero, chave_acesso, preparo.valor ?? null, situacao, null, instante]
  }
  return [pedido_id, null, null, null, situacao, evento.motivo, null]
}

export const importar = (tx: Transacao, ecommerce: DatabaseSync): Promise<void> =>
  tx.executarCada(
    `insert into notas_fiscais
       (pedido_id, numero, chave_acesso, valor_centavos, status, data_emissao, origem)
     values ($1, $2, $3, $4, 'emitida', $5, 'historico')`,
    linhasDe(
      ecommerce,
      `select n.pedido_id, n.numero, n.chave_acesso, p.valor_total_centavos, n.data_emissao
       from notas_fiscais n join pedidos p on p.id = n.pedido_id`,
    ),
  )
