// Authorises and refunds. The provider was asked before; here its answer becomes an event.
import { type AutorizarPagamento, doPedido, type Estornar } from '../../contratos/comandos.ts'
import type {
  PagamentoAprovado,
  PagamentoEstornado,
  PagamentoRejeitado,
} from '../../contratos/eventos.ts'

export type Estado =
  | { readonly situacao: 'nenhum' }
  | { readonly situacao: 'aprovado' }
  | { readonly situacao: 'rejeitado' }
  | { readonly situacao: 'estornado' }
  /** Imported, and never touched again. */
  | { readonly situacao: 'historico' }

export type Comandos = AutorizarPagamento | Estornar
export type Respostas = PagamentoAprovado | PagamentoRejeitado | PagamentoEstornado
/** The provider's word: for a refund it has none to say. */
export interface Preparo {
  readonly aprovado: boolean
  readonly motivo?: string
}

export const INICIAL: Estado = { situacao: 'nenhum' }

export function decide(
  estado: Estado,
  { comando, preparo }: { comando: Comandos; preparo: Preparo },
): Respostas {
  switch (comando.tipo) {
    case 'AutorizarPagamento':
      // The refund came first (K6): whatever the provider said, its own refund is final too.
      if (estado.situacao === 'estornado') return rejeitado(comando, 'cancelado')
      if (!preparo.aprovado) return rejeitado(comando, preparo.motivo ?? 'recusado_pelo_provedor')
      return { ...doPedido(comando), tipo: 'PagamentoAprovado', ...cobranca(comando) }
    case 'Estornar':
      return { ...doPedido(comando), tipo: 'PagamentoEstornado', motivo: comando.motivo }
    default:
      return comando satisfies never
  }
}

export function evolve(estado: Estado, evento: Respostas): Estado {
  switch (evento.tipo) {
    case 'PagamentoAprovado':
      return { situacao: 'aprovado' }
    case 'PagamentoRejeitado':
      return estado.situacao === 'nenhum' ? { situacao: 'rejeitado' } : estado
    case 'PagamentoEstornado':
      // A refused payment has nothing to give back and stays refused.
      return estado.situacao === 'nenhum' || estado.situacao === 'aprovado'
        ? { situacao: 'estornado' }
        : estado
    default:
      return evento satisfies never
  }
}

const rejeitado = (comando: AutorizarPagamento, motivo: string): PagamentoRejeitado => ({
  ...doPedido(comando),
  tipo: 'PagamentoRejeitado',
  motivo,
  ...cobranca(comando),
})

const cobranca = ({ valor_centavos, metodo, itens }: AutorizarPagamento) => ({
  valor_centavos,
  ...(metodo && { metodo }),
  ...(itens && { itens }),
})
