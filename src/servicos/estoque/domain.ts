// Reserves every item of an order or none; gives them back on the way back.
import {
  doPedido,
  type Item,
  type LiberarEstoque,
  type SepararEstoque,
} from '../../contratos/comandos.ts'
import type {
  EstoqueInsuficiente,
  EstoqueLiberado,
  EstoqueSeparado,
} from '../../contratos/eventos.ts'
import type { Instante, ProdutoId } from '../../contratos/ids.ts'

export type Separacao =
  | { readonly situacao: 'nenhuma' }
  | { readonly situacao: 'concluida'; readonly itens: readonly Item[] }
  | { readonly situacao: 'insuficiente' }
  | { readonly situacao: 'liberada' }

/** The order's reservation, and the free units of the products it names. */
export interface Estado {
  readonly separacao: Separacao
  readonly livres: ReadonlyMap<ProdutoId, number>
}
export type Comandos = SepararEstoque | LiberarEstoque
export type Respostas = EstoqueSeparado | EstoqueInsuficiente | EstoqueLiberado
export interface Preparo {
  /** The order's items, fetched from pedidos where the message left them out. */
  readonly itens: readonly Item[]
  /** False when the simulated separation itself goes wrong. */
  readonly sucesso: boolean
}
interface Pronto {
  readonly comando: Comandos
  readonly instante: Instante
  readonly preparo: Preparo
}

export function decide(estado: Estado, { comando, instante, preparo }: Pronto): Respostas {
  switch (comando.tipo) {
    case 'SepararEstoque': {
      const motivo = motivoDaRecusa(estado, preparo)
      if (motivo) return { ...doPedido(comando), tipo: 'EstoqueInsuficiente', motivo }
      const { valor_centavos } = comando
      return {
        ...doPedido(comando),
        tipo: 'EstoqueSeparado',
        itens: preparo.itens,
        ...(valor_centavos !== undefined && { valor_centavos }),
        data_separacao: instante,
      }
    }
    case 'LiberarEstoque':
      return { ...doPedido(comando), tipo: 'EstoqueLiberado', motivo: comando.motivo }
    default:
      return comando satisfies never
  }
}

function motivoDaRecusa({ separacao, livres }: Estado, preparo: Preparo): string | undefined {
  if (separacao.situacao === 'liberada') return 'cancelado'
  if (!preparo.sucesso) return 'falha_na_separacao'
  const falta = preparo.itens.some(({ produto_id, quantidade }) => {
    return (livres.get(produto_id) ?? 0) < quantidade
  })
  return falta ? 'sem_estoque' : undefined
}

export function evolve(estado: Estado, evento: Respostas): Estado {
  const { separacao, livres } = estado
  switch (evento.tipo) {
    case 'EstoqueSeparado':
      return {
        separacao: { situacao: 'concluida', itens: evento.itens },
        livres: movimentar(livres, evento.itens, -1),
      }
    case 'EstoqueInsuficiente':
      return separacao.situacao === 'nenhuma'
        ? { separacao: { situacao: 'insuficiente' }, livres }
        : estado
    case 'EstoqueLiberado':
      if (separacao.situacao === 'concluida') {
        return {
          separacao: { situacao: 'liberada' },
          livres: movimentar(livres, separacao.itens, +1),
        }
      }
      // Nothing was reserved: a refusal stays one, and a reservation yet to come finds this.
      return separacao.situacao === 'insuficiente'
        ? estado
        : { separacao: { situacao: 'liberada' }, livres }
    default:
      return evento satisfies never
  }
}

function movimentar(
  livres: ReadonlyMap<ProdutoId, number>,
  itens: readonly Item[],
  sinal: 1 | -1,
): ReadonlyMap<ProdutoId, number> {
  const novos = new Map(livres)
  for (const { produto_id, quantidade } of itens) {
    novos.set(produto_id, (novos.get(produto_id) ?? 0) + sinal * quantidade)
  }
  return novos
}
