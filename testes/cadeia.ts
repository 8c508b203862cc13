// The seven services as stubs in memory, for the tests of how an order walks: each answers a
// command with a fixed event, refuses or fails as told, and continues only if it is one of ours.
import type { Atender, Trilha } from '../src/arquiteturas/arquitetura.ts'
import type { Portas } from '../src/arquiteturas/memoria/inbound.ts'
import { criarEnviar } from '../src/arquiteturas/memoria/outbound.ts'
import { criarSalto, decidir } from '../src/arquiteturas/percurso.ts'
import {
  type Comando,
  causaDe,
  destino,
  doPedido,
  resumoDe,
  type TipoComando,
} from '../src/contratos/comandos.ts'
import { comoCentavos } from '../src/contratos/dinheiro.ts'
import type { Contexto, Envelope, Resultado, Servico } from '../src/contratos/envelope.ts'
import { ErroDeNegocio } from '../src/contratos/errors.ts'
import type { Evento, EventoDe, TipoEvento } from '../src/contratos/eventos.ts'
import {
  agora,
  type Causa,
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  type NomeServico,
  SERVICOS,
} from '../src/contratos/ids.ts'

export const BASE = { pedido_id: comoPedidoId(1_001) }
export const CONTEXTO: Contexto = {
  arquitetura: 'memoria',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
}
const COMPRA = {
  itens: [{ produto_id: comoProdutoId(1), quantidade: 1 }],
  valor_centavos: comoCentavos(100),
  metodo: 'pix',
} as const
export const CRIADO: EventoDe<'PedidoCriado'> = {
  ...{ ...BASE, ...COMPRA, tipo: 'PedidoCriado', cliente_id: comoClienteId(1) },
  itens: COMPRA.itens.map((i) => ({ ...i, preco_unitario_centavos: comoCentavos(100) })),
}

const SUCESSOS: Readonly<Record<TipoComando, TipoEvento>> = {
  CriarPedido: 'PedidoCriado',
  AnalisarPedido: 'AnaliseAprovada',
  AutorizarPagamento: 'PagamentoAprovado',
  SepararEstoque: 'EstoqueSeparado',
  EmitirNota: 'NotaEmitida',
  AgendarEnvio: 'EnvioAgendado',
  ConcluirPedido: 'PedidoConcluido',
  SolicitarEntrega: 'EntregaSolicitada',
  ConfirmarEntrega: 'EntregaConfirmada',
  SolicitarCancelamento: 'CancelamentoSolicitado',
  CancelarEnvio: 'EnvioCancelado',
  CancelarNota: 'NotaCancelada',
  LiberarEstoque: 'EstoqueLiberado',
  Estornar: 'PagamentoEstornado',
  CancelarPedido: 'PedidoCancelado',
  RecusarPedido: 'PedidoRecusado',
  Registrar: 'StatusRegistrado',
}
export const RECUSAS = {
  AnalisarPedido: 'AnaliseReprovada',
  AutorizarPagamento: 'PagamentoRejeitado',
  SepararEstoque: 'EstoqueInsuficiente',
  EmitirNota: 'NotaRejeitada',
  AgendarEnvio: 'EnvioIndisponivel',
  CancelarEnvio: 'CancelamentoRecusado',
} as const

export interface Roteiro {
  /** These commands are answered by a refusal. */
  readonly recusa?: keyof typeof RECUSAS | undefined
  /** These commands fail instead of being answered. */
  readonly falhas?: Partial<Record<TipoComando, ErroDeNegocio>>
  /** Services that answer and continue nothing. */
  readonly estrangeiros?: readonly NomeServico[]
  /** Runs before each decision. */
  readonly antes?: (comando: Comando) => Promise<void>
}

export interface Cadeia {
  readonly servico: Servico
  readonly enviar: (envelope: Envelope, seguir: boolean) => Promise<Trilha>
  readonly portas: Portas
  /** What the root sent, and whether it asked for the rest. */
  readonly enviados: (readonly [TipoComando, seguir: boolean])[]
  /** Every command decided anywhere, in order; `Registrar` with the event noted. */
  readonly decididos: string[]
  /** Sizes of the batches that pedidos was given are the lengths of these. */
  readonly envelopes: Envelope[]
}

export function criarCadeia(roteiro: Roteiro = {}): Cadeia {
  const decididos: string[] = []
  const envelopes: Envelope[] = []
  const conhecidos = new Map<Causa, Resultado & { ok: true }>()

  async function decidirUm(envelope: Envelope): Promise<Resultado> {
    const { comando, causa } = envelope
    envelopes.push(envelope)
    await roteiro.antes?.(comando)
    const anterior = conhecidos.get(causa)
    if (anterior) return { ...anterior, repetido: true }
    const falha = roteiro.falhas?.[comando.tipo]
    if (falha) return { ok: false, erro: falha }
    const sufixo = comando.tipo === 'Registrar' ? ` ${comando.evento}` : ''
    decididos.push(`${comando.tipo}${sufixo}`)
    const novo = gravado(envelope, conhecidos.size + 1, roteiro)
    conhecidos.set(causa, novo)
    return novo
  }
  const servico: Servico = { handle: (lote) => Promise.all(lote.map(decidirUm)) }
  const portas: Portas = new Map()
  const enviar = criarEnviar(portas)
  const semSeguir: Atender = (envelope) => decidir(servico, envelope)
  for (const nome of SERVICOS) {
    const estrangeiro = roteiro.estrangeiros?.includes(nome)
    portas.set(nome, estrangeiro ? semSeguir : criarSalto(servico, enviar))
  }
  const enviados: [TipoComando, boolean][] = []
  return {
    ...{ servico, portas, enviados, decididos, envelopes },
    enviar(envelope, seguir) {
      enviados.push([envelope.comando.tipo, seguir])
      return enviar(envelope, seguir)
    },
  }
}

function gravado(envelope: Envelope, id: number, { recusa }: Roteiro): Resultado & { ok: true } {
  const { comando, arquitetura, traceparent } = envelope
  const recusado = recusa === comando.tipo
  const tipo = recusado ? RECUSAS[recusa] : SUCESSOS[comando.tipo]
  const { tipo: _, ...campos } = comando
  const base = 'pedido_id' in comando ? doPedido(comando) : BASE
  const extras = { motivo: 'recusado', numero: 1, mudou: true, codigo_rastreamento: 'BR' }
  const evento = { ...COMPRA, ...extras, ...campos, ...base, tipo } as unknown as Evento
  const causa = causaDe(comando)
  const registro = { id, causa, resumo: resumoDe(comando), instante: agora() }
  return { ok: true, gravado: { ...registro, arquitetura, traceparent, evento }, repetido: false }
}

export const tiposDe = ({ passos }: Trilha): TipoEvento[] => passos.map((p) => p.evento.tipo)

export const passageira = (): ErroDeNegocio => new ErroDeNegocio('servico_indisponivel')
/** The services in the order of the walk, and the command of each. */
export const IDA = [
  'AnalisarPedido',
  'AutorizarPagamento',
  'SepararEstoque',
  'EmitirNota',
  'AgendarEnvio',
] as const
export const servicoDe = (comando: TipoComando): NomeServico => destino[comando]
