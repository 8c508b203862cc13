// The analyses as rows, and the count that the velocity rule needs.
import type { AnalisarPedido } from '../../contratos/comandos.ts'
import type { ClienteId, Instante, PedidoId } from '../../contratos/ids.ts'
import type { Leitura, Parametros, Transacao } from '../../persistencia/database.ts'
import type { Livro, Pronto } from '../../persistencia/dobra.ts'
import type { Estado, Preparo } from './domain.ts'

export interface Analise {
  readonly pedido_id: PedidoId
  readonly resultado: 'aprovada' | 'reprovada'
  readonly pontuacao: number
  readonly motivo: string | null
  readonly instante: Instante
}

export const analiseDoPedido = (em: Leitura, id: PedidoId): Promise<Analise | undefined> =>
  em.um<Analise>(
    'select pedido_id, resultado, pontuacao, motivo, instante from analises where pedido_id = $1',
    [id],
  )

/** Counted once per client and batch, then evolved in memory. */
export async function abrir(
  tx: Transacao,
  prontos: readonly Pronto<AnalisarPedido, Preparo>[],
): Promise<Livro<AnalisarPedido, Estado, Preparo>> {
  const recentes = new Map<ClienteId, Estado>()
  for (const { comando, instante, preparo } of prontos) {
    if (preparo.regras.pedidosNaJanela === 0 || recentes.has(comando.cliente_id)) continue
    const inicio = new Date(Date.parse(instante) - preparo.regras.janelaMs).toISOString()
    const linha = await tx.um<{ n: number }>(
      'select count(*) as n from analises where cliente_id = $1 and instante > $2',
      [comando.cliente_id, inicio],
    )
    recentes.set(comando.cliente_id, { recentes: Number(linha?.n ?? 0) })
  }
  const linhas: Parametros[] = []
  return {
    estado: ({ comando }) => recentes.get(comando.cliente_id) ?? { recentes: 0 },
    guardar({ comando, instante }, evento, estado) {
      recentes.set(comando.cliente_id, estado)
      const aprovada = evento.tipo === 'AnaliseAprovada'
      linhas.push([
        comando.pedido_id,
        comando.cliente_id,
        comando.valor_centavos,
        aprovada ? 'aprovada' : 'reprovada',
        evento.pontuacao,
        aprovada ? null : evento.motivo,
        instante,
      ])
    },
    gravar: (tx) =>
      tx.executarCada(
        `insert into analises
           (pedido_id, cliente_id, valor_centavos, resultado, pontuacao, motivo, instante)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        linhas,
      ),
  }
}
