// Every command of the business, its natural name (K1) and the fields that make two of them equal.
import { hash } from 'node:crypto'
import type { Centavos } from './dinheiro.ts'
import type { TipoEvento } from './eventos.ts'
import type { Causa, ClienteId, NomeServico, PedidoId, ProdutoId } from './ids.ts'

export const METODOS = ['cartao_credito', 'boleto', 'pix'] as const
export type Metodo = (typeof METODOS)[number]

export interface Item {
  readonly produto_id: ProdutoId
  readonly quantidade: number
}
export interface ItemPrecificado extends Item {
  readonly preco_unitario_centavos: Centavos
}

/** `chave_simulacao` replaces the order's number as the key of simulated outcomes. */
export interface DoPedido {
  readonly pedido_id: PedidoId
  readonly chave_simulacao?: string
}
/** Just the part that every command and event of an order shares. */
export const doPedido = ({ pedido_id, chave_simulacao }: DoPedido): DoPedido =>
  chave_simulacao === undefined ? { pedido_id } : { pedido_id, chave_simulacao }

export interface ComMotivo extends DoPedido {
  readonly motivo: string
}
/** What an order is about, carried along so that no step has to ask another service. */
export interface DadosDaCompra extends DoPedido {
  readonly cliente_id: ClienteId
  readonly itens: readonly Item[]
  readonly valor_centavos: Centavos
  readonly metodo: Metodo
}

export interface CriarPedido {
  readonly tipo: 'CriarPedido'
  readonly cliente_id: ClienteId
  readonly chave: string
  readonly itens: readonly Item[]
  readonly metodo: Metodo
  readonly total_esperado_centavos?: Centavos
  readonly chave_simulacao?: string
}
export type AnalisarPedido = DadosDaCompra & { readonly tipo: 'AnalisarPedido' }
export type AutorizarPagamento = DoPedido & {
  readonly tipo: 'AutorizarPagamento'
  readonly valor_centavos: Centavos
  /** Absent from a foreign client that sends only the reference's two fields. */
  readonly metodo?: Metodo | undefined
  readonly itens?: readonly Item[] | undefined
}
/** What a foreign service's message left out is fetched from pedidos before deciding (K9). */
export type SepararEstoque = DoPedido & {
  readonly tipo: 'SepararEstoque'
  readonly itens?: readonly Item[] | undefined
  readonly valor_centavos?: Centavos | undefined
}
export type EmitirNota = DoPedido & {
  readonly tipo: 'EmitirNota'
  readonly valor_centavos?: Centavos | undefined
}
export type AgendarEnvio = DoPedido & { readonly tipo: 'AgendarEnvio'; readonly nota: number }
export type ConcluirPedido = DoPedido & { readonly tipo: 'ConcluirPedido' }
export type ConfirmarEntrega = DoPedido & { readonly tipo: 'ConfirmarEntrega' }

/** An operator says that it arrived: pedidos writes that down before logistica is asked. */
export type SolicitarEntrega = DoPedido & { readonly tipo: 'SolicitarEntrega' }
export type SolicitarCancelamento = ComMotivo & { readonly tipo: 'SolicitarCancelamento' }
export type CancelarEnvio = ComMotivo & { readonly tipo: 'CancelarEnvio' }
export type CancelarNota = ComMotivo & { readonly tipo: 'CancelarNota' }
export type LiberarEstoque = ComMotivo & { readonly tipo: 'LiberarEstoque' }
export type Estornar = ComMotivo & { readonly tipo: 'Estornar' }
export type CancelarPedido = ComMotivo & { readonly tipo: 'CancelarPedido' }
export type RecusarPedido = ComMotivo & { readonly tipo: 'RecusarPedido' }
/** Pedidos takes note of a step done elsewhere. */
export type Registrar = DoPedido & { readonly tipo: 'Registrar'; readonly evento: TipoEvento }

export type Comando =
  | CriarPedido
  | AnalisarPedido
  | AutorizarPagamento
  | SepararEstoque
  | EmitirNota
  | AgendarEnvio
  | ConcluirPedido
  | SolicitarEntrega
  | ConfirmarEntrega
  | SolicitarCancelamento
  | CancelarEnvio
  | CancelarNota
  | LiberarEstoque
  | Estornar
  | CancelarPedido
  | RecusarPedido
  | Registrar
export type TipoComando = Comando['tipo']
export type ComandoDe<T extends TipoComando> = Extract<Comando, { tipo: T }>

/** Which service decides each command. */
export const destino = {
  CriarPedido: 'pedidos',
  AnalisarPedido: 'antifraude',
  AutorizarPagamento: 'pagamentos',
  SepararEstoque: 'estoque',
  EmitirNota: 'fiscal',
  AgendarEnvio: 'logistica',
  ConcluirPedido: 'pedidos',
  SolicitarEntrega: 'pedidos',
  ConfirmarEntrega: 'logistica',
  SolicitarCancelamento: 'pedidos',
  CancelarEnvio: 'logistica',
  CancelarNota: 'fiscal',
  LiberarEstoque: 'estoque',
  Estornar: 'pagamentos',
  CancelarPedido: 'pedidos',
  RecusarPedido: 'pedidos',
  Registrar: 'pedidos',
} as const satisfies Record<TipoComando, NomeServico>

/** K1: the id of a command is its natural name, never random, never a topic's offset. */
export function causaDe(comando: Comando): Causa {
  if (comando.tipo === 'CriarPedido')
    return `cliente/${comando.cliente_id}/${comando.chave}` as Causa
  if (comando.tipo === 'Registrar') {
    return `${comando.pedido_id}/Registrar/${comando.evento}` as Causa
  }
  return `${comando.pedido_id}/${comando.tipo}` as Causa
}

/** The content a repeated command must share with the first: a digest, empty where none counts. */
export function resumoDe(comando: Comando): string {
  const essenciais = camposEssenciais(comando)
  return essenciais === undefined ? '' : hash('sha1', JSON.stringify(essenciais), 'base64url')
}

function camposEssenciais(comando: Comando): unknown {
  switch (comando.tipo) {
    case 'CriarPedido':
      return [pares(comando.itens), comando.metodo, comando.total_esperado_centavos ?? null]
    case 'AutorizarPagamento':
      return comando.valor_centavos
    case 'SepararEstoque':
      return comando.itens && pares(comando.itens)
    default:
      return undefined
  }
}

const pares = (itens: readonly Item[]) =>
  itens.map((i) => [i.produto_id, i.quantidade] as const).sort((a, b) => a[0] - b[0])
