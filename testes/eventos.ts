// One of each event, all fields filled, for the tests that walk the flow table.
import { comoCentavos } from '../src/contratos/dinheiro.ts'
import type { EventoDe, TipoEvento } from '../src/contratos/eventos.ts'
import { comoClienteId, comoPedidoId, comoProdutoId, type Instante } from '../src/contratos/ids.ts'

export const base = { pedido_id: comoPedidoId(1_001), chave_simulacao: 'sempre-igual' }
export const motivo = 'porque'
export const itens = [{ produto_id: comoProdutoId(3), quantidade: 2 }]
export const valor_centavos = comoCentavos(2_000)
export const compra = {
  ...base,
  cliente_id: comoClienteId(5),
  itens,
  valor_centavos,
  metodo: 'pix',
} as const
export const comMotivo = { ...base, motivo }
const mudanca = { ...base, mudou: true } as const

const analise = { analisado_em: '2026-11-20T21:33:00.000Z' as Instante }

/** One of each event, all fields filled. */
export const EVENTOS: { readonly [T in TipoEvento]: EventoDe<T> } = {
  PedidoCriado: {
    ...compra,
    tipo: 'PedidoCriado',
    itens: itens.map((i) => ({ ...i, preco_unitario_centavos: comoCentavos(1_000) })),
  },
  AnaliseAprovada: { ...compra, ...analise, tipo: 'AnaliseAprovada', pontuacao: 7 },
  AnaliseReprovada: { ...comMotivo, ...analise, tipo: 'AnaliseReprovada', pontuacao: 100 },
  PagamentoAprovado: { ...base, tipo: 'PagamentoAprovado', valor_centavos, itens, metodo: 'pix' },
  PagamentoRejeitado: {
    ...{ ...comMotivo, tipo: 'PagamentoRejeitado', valor_centavos, itens, metodo: 'pix' },
  },
  EstoqueSeparado: {
    ...base,
    tipo: 'EstoqueSeparado',
    itens,
    valor_centavos,
    data_separacao: '2026-11-20T21:33:00.000Z' as Instante,
  },
  EstoqueInsuficiente: { ...comMotivo, tipo: 'EstoqueInsuficiente' },
  NotaEmitida: { ...base, tipo: 'NotaEmitida', numero: 9, chave_acesso: '0'.repeat(44) },
  NotaRejeitada: { ...comMotivo, tipo: 'NotaRejeitada' },
  EnvioAgendado: { ...base, tipo: 'EnvioAgendado', codigo_rastreamento: 'BR000000005BR' },
  EnvioIndisponivel: { ...comMotivo, tipo: 'EnvioIndisponivel' },
  EntregaSolicitada: { ...base, tipo: 'EntregaSolicitada' },
  EntregaConfirmada: { ...base, tipo: 'EntregaConfirmada' },
  CancelamentoSolicitado: { ...comMotivo, tipo: 'CancelamentoSolicitado' },
  CancelamentoRecusado: { ...comMotivo, tipo: 'CancelamentoRecusado' },
  EnvioCancelado: { ...comMotivo, tipo: 'EnvioCancelado' },
  NotaCancelada: { ...comMotivo, tipo: 'NotaCancelada' },
  EstoqueLiberado: { ...comMotivo, tipo: 'EstoqueLiberado' },
  PagamentoEstornado: { ...comMotivo, tipo: 'PagamentoEstornado' },
  StatusRegistrado: { ...mudanca, tipo: 'StatusRegistrado', status: 'em_separacao' },
  PedidoConcluido: { ...mudanca, tipo: 'PedidoConcluido', status: 'enviado' },
  PedidoCancelado: { ...mudanca, tipo: 'PedidoCancelado', status: 'cancelado', motivo },
  PedidoRecusado: { ...mudanca, tipo: 'PedidoRecusado', status: 'recusado', motivo },
}
