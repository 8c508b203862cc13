// What travels on the topics of the flow: the event as plain JSON with `pedido_id` and `status`, so
// that a service in any language can read it; and read back, ours or a stranger's, by topic and
// status alone. The metadata is in the headers (cabecalhos.ts) and may be absent.
import * as z from 'zod'
import { deReais, emReais } from '../../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Evento, TipoEvento } from '../../contratos/eventos.ts'
import { agora, type Instante } from '../../contratos/ids.ts'
import { fluxoPorTopico, type TopicoDeFluxo } from '../../contratos/topicos.ts'
import * as campos from '../campos.ts'

export type TipoDoFluxo = (typeof fluxoPorTopico)[TopicoDeFluxo]['eventos'][number]
type Corpo = Readonly<Record<string, unknown>>

/** The word that tells two events of one topic apart, and each from anything else. */
const STATUS: Readonly<Record<TipoDoFluxo, string>> = {
  PedidoCriado: 'pendente',
  AnaliseAprovada: 'aprovado',
  AnaliseReprovada: 'recusado',
  PagamentoAprovado: 'aprovado',
  PagamentoRejeitado: 'rejeitado',
  EstoqueSeparado: 'concluido',
  EstoqueInsuficiente: 'insuficiente',
  NotaEmitida: 'emitida',
  NotaRejeitada: 'rejeitada',
  EnvioAgendado: 'enviado',
  EnvioIndisponivel: 'indisponivel',
  CancelamentoSolicitado: 'solicitado',
  EnvioCancelado: 'cancelado',
  NotaCancelada: 'cancelada',
  EstoqueLiberado: 'liberado',
  PagamentoEstornado: 'estornado',
  EntregaSolicitada: 'solicitada',
  EntregaConfirmada: 'entregue',
}

/** Words of strangers, and where they may say no on the topic of those who say yes. */
const OUTRAS_PALAVRAS: { readonly [T in TopicoDeFluxo]?: Readonly<Record<string, TipoDoFluxo>> } = {
  estoque_separado: {
    sucesso: 'EstoqueSeparado',
    insuficiente: 'EstoqueInsuficiente',
    falha_sem_estoque: 'EstoqueInsuficiente',
  },
  estoque_insuficiente: { falha_sem_estoque: 'EstoqueInsuficiente' },
}

export function escrever({ tipo, ...evento }: Evento): string {
  const status = STATUS[tipo as TipoDoFluxo]
  const valor = 'valor_centavos' in evento ? evento.valor_centavos : undefined
  return JSON.stringify({
    ...evento,
    status,
    ...(valor !== undefined && { valor: emReais(valor) }),
  })
}

const opcional = <T>(campo: z.ZodType<T>) => campo.nullish().transform((v) => v ?? undefined)
const pedido_id = z.union([campos.pedidoId, campos.idNoCaminho.pipe(campos.pedidoId)])
/** The reference writes instants without a zone; they are taken as UTC. */
const SEM_ZONA = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/
const instante = z
  .string()
  .transform((texto) => texto.replace(SEM_ZONA, '$1T$2Z'))
  .pipe(z.iso.datetime({ offset: true }))
  .transform((texto) => new Date(texto).toISOString() as Instante)
const motivo = z
  .string()
  .transform((texto) => texto.slice(0, campos.MAIOR_MOTIVO) || 'recusado_pelo_servico')
  .default('recusado_pelo_servico')
const valor = {
  valor: opcional(z.number().positive()),
  valor_centavos: opcional(campos.centavos),
}
const precificados = z.array(
  z.object({
    produto_id: campos.produtoId,
    quantidade: z.number().int().min(1),
    preco_unitario_centavos: z.number().int().min(0),
  }),
)
const recusa = { motivo }
const semMais = {}
const cobranca = {
  ...valor,
  metodo: opcional(campos.metodo),
  itens: opcional(campos.itens),
}

/** The fields of each event; what a stranger may leave out is fetched from pedidos where needed. */
const FORMAS: Readonly<Record<TipoDoFluxo, z.ZodRawShape>> = {
  PedidoCriado: {
    ...valor,
    cliente_id: campos.clienteId,
    metodo: campos.metodo,
    itens: precificados,
    valor_centavos: campos.centavos,
  },
  AnaliseAprovada: {
    ...valor,
    cliente_id: opcional(campos.clienteId),
    metodo: opcional(campos.metodo),
    itens: opcional(campos.itens),
    pontuacao: z.number().default(0),
    analisado_em: instante.default(agora),
  },
  AnaliseReprovada: {
    ...recusa,
    pontuacao: z.number().default(100),
    analisado_em: instante.default(agora),
  },
  PagamentoAprovado: cobranca,
  PagamentoRejeitado: { ...cobranca, ...recusa },
  EstoqueSeparado: {
    ...valor,
    itens: campos.itens.default([]),
    data_separacao: instante.default(agora),
  },
  EstoqueInsuficiente: { motivo: z.string().max(campos.MAIOR_MOTIVO).default('sem_estoque') },
  NotaEmitida: { numero: z.number().int().min(1), chave_acesso: z.string().min(1).max(100) },
  NotaRejeitada: recusa,
  EnvioAgendado: { codigo_rastreamento: z.string().min(1).max(100) },
  EnvioIndisponivel: recusa,
  CancelamentoSolicitado: recusa,
  EnvioCancelado: recusa,
  NotaCancelada: recusa,
  EstoqueLiberado: recusa,
  PagamentoEstornado: recusa,
  EntregaSolicitada: semMais,
  EntregaConfirmada: semMais,
}

const esquemas = new Map(
  Object.entries(FORMAS).map(([tipo, forma]) => [
    tipo,
    z
      .object({
        pedido_id,
        chave_simulacao: opcional(campos.chaveDeSimulacao),
        ...forma,
      })
      .transform(({ valor, ...corpo }: Corpo) => comoEvento(tipo, corpo, valor)),
  ]),
)

/** Absent fields stay absent, as in the events of our own log. */
function comoEvento(tipo: string, corpo: Corpo, valor: unknown): Evento {
  const evento: Record<string, unknown> = { tipo }
  for (const [nome, lido] of Object.entries(corpo)) if (lido !== undefined) evento[nome] = lido
  const emCentavos = typeof valor === 'number' ? deReais(valor) : undefined
  if (emCentavos !== undefined) evento.valor_centavos ??= emCentavos
  return evento as unknown as Evento
}

/** Errors: ErroDeNegocio mensagem_invalida, which no repeat can mend. */
export function ler(topico: TopicoDeFluxo, valor: Buffer | null | undefined): Evento {
  const corpo = comoObjeto(valor)
  const esquema = esquemas.get(tipoDe(topico, corpo))
  const lido = esquema?.safeParse(corpo)
  if (lido?.success) return lido.data
  const [primeiro] = lido?.error.issues ?? []
  throw invalida(`${primeiro?.path.join('.') ?? ''}: ${primeiro?.message ?? 'valor inválido'}`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function comoObjeto(valor: Buffer | null | undefined): Corpo {
  if (!valor) throw invalida('a mensagem não tem valor')
  let lido: unknown
  try {
    lido = JSON.parse(utf8.decode(valor))
  } catch {
    throw invalida('o valor não é JSON em UTF-8')
  }
  if (typeof lido !== 'object' || lido === null || Array.isArray(lido)) {
    throw invalida('o valor não é um objeto JSON')
  }
  return lido as Corpo
}

function tipoDe(topico: TopicoDeFluxo, { status }: Corpo): TipoDoFluxo {
  const eventos: readonly TipoEvento[] = fluxoPorTopico[topico].eventos
  const [primeiro] = eventos as readonly TipoDoFluxo[]
  // A topic of one event needs no word: its name says what happened.
  if (status === undefined && eventos.length === 1) return primeiro!
  const dito = typeof status === 'string' ? status : ''
  const outra = OUTRAS_PALAVRAS[topico]?.[dito]
  const tipo = outra ?? (eventos as readonly TipoDoFluxo[]).find((t) => STATUS[t] === dito)
  if (tipo) return tipo
  throw invalida(`status: o tópico ${topico} não conhece "${dito.slice(0, 40)}"`)
}

export const invalida = (detalhe: string): ErroDeNegocio =>
  new ErroDeNegocio('mensagem_invalida', detalhe)
