// The names of things: branded numbers and texts, made once at the door and trusted afterwards.

declare const marca: unique symbol
/** A `T` that only the parser of its name can make (a plain number is not a PedidoId). */
export type Brand<T, Nome extends string> = T & { readonly [marca]: Nome }

export type PedidoId = Brand<number, 'PedidoId'>
export type ClienteId = Brand<number, 'ClienteId'>
export type ProdutoId = Brand<number, 'ProdutoId'>
/** UTC, ISO 8601 with milliseconds and Z. */
export type Instante = Brand<string, 'Instante'>
/** The natural name of a command (rule K1). */
export type Causa = Brand<string, 'Causa'>

/** Ids travel as protobuf int32 on the gRPC architecture, so no id may be larger anywhere. */
export const MAIOR_ID = 2_147_483_647
/** Live orders never take a number below this, so that a reader tells them from imported ones. */
export const PRIMEIRO_PEDIDO_VIVO = 1_001

export const SERVICOS = [
  'pedidos',
  'antifraude',
  'pagamentos',
  'estoque',
  'fiscal',
  'logistica',
  'catalogo',
] as const
export type NomeServico = (typeof SERVICOS)[number]
/** Those whose place on the topics somebody else's service may take. */
export const SUBSTITUIVEIS = [
  'antifraude',
  'pagamentos',
  'estoque',
  'fiscal',
  'logistica',
] as const satisfies readonly NomeServico[]
export type Substituivel = (typeof SUBSTITUIVEIS)[number]

/** What lives on the topics, off the orders' path: no order waits for any of them. */
export const ASSINANTES = ['notificacoes', 'monitoramento', 'vendas'] as const
export type NomeAssinante = (typeof ASSINANTES)[number]

export const ARQUITETURAS = ['memoria', 'rest', 'grpc', 'kafka'] as const
export type NomeArquitetura = (typeof ARQUITETURAS)[number]

export const ehId = (n: unknown): n is number =>
  typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= MAIOR_ID

export const comoPedidoId = (n: number): PedidoId => n as PedidoId
export const comoClienteId = (n: number): ClienteId => n as ClienteId
export const comoProdutoId = (n: number): ProdutoId => n as ProdutoId

let milissegundo = 0
let instante = '' as Instante
/** Now. Much happens within one millisecond; its text is made once. */
export function agora(): Instante {
  const atual = Date.now()
  if (atual !== milissegundo) {
    milissegundo = atual
    instante = new Date(atual).toISOString() as Instante
  }
  return instante
}
