// One invented order with everything that happened to it: pure, so that its rules can be tested by
// the thousand without a database. Instants are milliseconds since 1970.
import { METODOS, type Metodo } from '../contratos/comandos.ts'
import type { StatusPedido } from '../contratos/eventos.ts'
import { sortearPassos } from './datas.ts'
import { MAX_ITENS_POR_PEDIDO } from './opcoes.ts'
import { distintos, type Sorteio } from './sorteio.ts'

type StatusEnvio = 'aguardando_envio' | 'enviado' | 'entregue'
type ItemHistorico = {
  readonly produtoId: number
  readonly quantidade: number
  readonly precoUnitarioCentavos: number
}
type PagamentoHistorico = {
  readonly processadoEm: number
  readonly status: 'aprovado' | 'rejeitado'
  readonly metodo: Metodo
}
export type NotaHistorica = {
  readonly emitidaEm: number
  readonly envio: { readonly status: StatusEnvio; readonly despachadoEm: number | null } | null
}
export type PedidoHistorico = {
  readonly clienteId: number
  readonly criadoEm: number
  readonly status: StatusPedido
  readonly totalCentavos: number
  readonly itens: readonly ItemHistorico[]
  readonly pagamento: PagamentoHistorico | null
  readonly nota: NotaHistorica | null
}
/** What an order may refer to: clients 1…clientes, products 1…n by their price. */
export type Loja = {
  readonly agora: number
  readonly clientes: number
  readonly precosCentavos: readonly number[]
}

type Fim = { status: StatusPedido; passos: number; envio: StatusEnvio | null }

const COM_PAGAMENTO = 0.8
const APROVADO = 0.5
const COM_NOTA = 0.9
const COM_ENVIO = 0.95
const MAX_UNIDADES_POR_ITEM = 3

/** Where an order's story ends: its status, how many dated steps it took, its shipment's status. */
const DESTINOS = {
  sem_pagamento: { status: 'pendente', passos: 0, envio: null },
  pagamento_rejeitado: { status: 'cancelado', passos: 1, envio: null },
  sem_nota: { status: 'pagamento_aprovado', passos: 1, envio: null },
  sem_envio: { status: 'nf_emitida', passos: 2, envio: null },
  aguardando_envio: { status: 'nf_emitida', passos: 2, envio: 'aguardando_envio' },
  enviado: { status: 'enviado', passos: 3, envio: 'enviado' },
  // The delivery has no column, but it too took time before `agora`.
  entregue: { status: 'entregue', passos: 4, envio: 'entregue' },
} as const satisfies Record<string, Fim>
type Destino = keyof typeof DESTINOS

export function sortearPedido(s: Sorteio, loja: Loja, criadoEm: number): PedidoHistorico {
  const itens = sortearItens(s, loja.precosCentavos)
  const destino = sortearDestino(s)
  const { status, passos, envio } = DESTINOS[destino]
  const metodo = s.um(METODOS)
  const datas = sortearPassos(s, { criadoEm, agora: loja.agora, metodo }, passos)
  const [processadoEm, emitidaEm, despachadoEm = null] = datas
  const statusPagamento = destino === 'pagamento_rejeitado' ? 'rejeitado' : 'aprovado'
  return {
    clienteId: s.inteiro(1, loja.clientes),
    criadoEm,
    status,
    totalCentavos: itens.reduce((soma, i) => soma + i.quantidade * i.precoUnitarioCentavos, 0),
    itens,
    pagamento:
      processadoEm === undefined ? null : { processadoEm, status: statusPagamento, metodo },
    nota:
      emitidaEm === undefined
        ? null
        : { emitidaEm, envio: envio && { status: envio, despachadoEm } },
  }
}

function sortearItens(s: Sorteio, precosCentavos: readonly number[]): ItemHistorico[] {
  const quantos = s.inteiro(1, MAX_ITENS_POR_PEDIDO)
  return distintos(s, quantos, precosCentavos.length).map((produtoId) => ({
    produtoId,
    quantidade: s.inteiro(1, MAX_UNIDADES_POR_ITEM),
    precoUnitarioCentavos: precosCentavos[produtoId - 1] ?? Number.NaN,
  }))
}

function sortearDestino(s: Sorteio): Destino {
  if (!s.chance(COM_PAGAMENTO)) return 'sem_pagamento'
  if (!s.chance(APROVADO)) return 'pagamento_rejeitado'
  if (!s.chance(COM_NOTA)) return 'sem_nota'
  if (!s.chance(COM_ENVIO)) return 'sem_envio'
  return s.um(['aguardando_envio', 'enviado', 'entregue'])
}
