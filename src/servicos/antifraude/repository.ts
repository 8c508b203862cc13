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

const NENHUM: Estado = { anteriores: [] }
/** More than any window that makes sense: beyond it the client is refused anyway. */
const MAXIMO_LIDO = 10_000

/** Read once per client, from where the earliest command's window begins. */
export async function abrir(
  tx: Transacao,
  prontos: readonly Pronto<AnalisarPedido, Preparo>[],
): Promise<Livro<AnalisarPedido, Estado, Preparo>> {
  const inicios = new Map<ClienteId, number>()
  for (const { comando, instante, preparo } of prontos) {
    if (preparo.regras.pedidosNaJanela === 0) continue
    const inicio = Date.parse(instante) - preparo.regras.janelaMs
    inicios.set(comando.cliente_id, Math.min(inicio, inicios.get(comando.cliente_id) ?? inicio))
  }
  const estados = new Map<ClienteId, Estado>()
  for (const [cliente, inicio] of inicios) {
    const linhas = await tx.todos<{ instante: Instante }>(
      `select instante from analises where cliente_id = $1 and instante > $2
       order by instante desc limit $3`,
      [cliente, new Date(inicio).toISOString(), MAXIMO_LIDO],
    )
    estados.set(cliente, { anteriores: linhas.map(({ instante }) => instante) })
  }
  const linhas: Parametros[] = []
  return {
    estado: ({ comando }) => estados.get(comando.cliente_id) ?? NENHUM,
    guardar({ comando, instante }, evento, estado) {
      if (estados.has(comando.cliente_id)) estados.set(comando.cliente_id, estado)
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
