// What travels on the topics of the flow: the event as plain JSON with `pedido_id` and `status`, so
// that a service in any language can read it; and read back, ours or a stranger's, by topic and
// status alone. The metadata is in the headers (cabecalhos.ts) and may be absent.
import * as z from 'zod'
import { METODOS } from '../../contratos/comandos.ts'
import { deReais, emReais, MAIOR_VALOR } from '../../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Evento, TipoEvento } from '../../contratos/eventos.ts'
import { agora, MAIOR_ID } from '../../contratos/ids.ts'
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

export function escrever(evento: Evento): string {
  const status = STATUS[evento.tipo as TipoDoFluxo]
  const centavos = 'valor_centavos' in evento ? evento.valor_centavos : undefined
  const valor = centavos === undefined ? undefined : emReais(centavos)
  // What is undefined is not written.
  return JSON.stringify({ ...evento, tipo: undefined, status, valor })
}

const inteiro = (minimo: number, maximo: number) => z.number().int().min(minimo).max(maximo)
const id = inteiro(1, MAIOR_ID)
const texto = (maximo: number) => z.string().min(1).max(maximo)
const item = { produto_id: id, quantidade: inteiro(1, campos.MAIOR_QUANTIDADE) }
const lista = <T extends z.ZodRawShape>(forma: T) =>
  z.array(z.object(forma)).max(campos.MAXIMO_DE_ITENS)
const instante = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const valor_centavos = inteiro(1, MAIOR_VALOR)
const metodo = z.enum(METODOS)
const recusa = { motivo: texto(campos.MAIOR_MOTIVO) }
const cobranca = {
  valor_centavos: valor_centavos.optional(),
  metodo: metodo.optional(),
  itens: lista(item).optional(),
}

/** The fields of each event as we write them: only checks, so that reading ours costs little. */
const FORMAS: Readonly<Record<TipoDoFluxo, z.ZodRawShape>> = {
  PedidoCriado: {
    ...{ valor_centavos, metodo, cliente_id: id },
    itens: lista({ ...item, preco_unitario_centavos: inteiro(0, MAIOR_VALOR) }),
  },
  AnaliseAprovada: {
    ...{ ...cobranca, cliente_id: id.optional() },
    ...{ pontuacao: z.number(), analisado_em: instante },
  },
  AnaliseReprovada: { ...recusa, pontuacao: z.number(), analisado_em: instante },
  PagamentoAprovado: cobranca,
  PagamentoRejeitado: { ...cobranca, ...recusa },
  EstoqueSeparado: {
    ...{ valor_centavos: valor_centavos.optional(), data_separacao: instante, itens: lista(item) },
  },
  EstoqueInsuficiente: recusa,
  NotaEmitida: { numero: id, chave_acesso: texto(100) },
  NotaRejeitada: recusa,
  EnvioAgendado: { codigo_rastreamento: texto(100) },
  EnvioIndisponivel: recusa,
  CancelamentoSolicitado: recusa,
  EnvioCancelado: recusa,
  NotaCancelada: recusa,
  EstoqueLiberado: recusa,
  PagamentoEstornado: recusa,
  EntregaSolicitada: {},
  EntregaConfirmada: {},
}

const esquemas = new Map(
  Object.entries(FORMAS).map(([tipo, forma]) => [
    tipo as TipoDoFluxo,
    z.object({ pedido_id: id, chave_simulacao: texto(100).optional(), ...forma }),
  ]),
)

/** Errors: ErroDeNegocio mensagem_invalida, which no repeat can mend. */
export function ler(topico: TopicoDeFluxo, valor: Buffer | null | undefined): Evento {
  const corpo = comoObjeto(valor)
  const tipo = tipoDe(topico, corpo)
  const esquema = esquemas.get(tipo)!
  // Reais alone are a stranger's; ours come with their centavos.
  const soReais = corpo.valor !== undefined && corpo.valor_centavos === undefined
  const nosso = soReais ? undefined : esquema.safeParse(corpo)
  const lido = nosso?.success ? nosso : esquema.safeParse(deEstranho(tipo, corpo))
  if (lido.success) return { tipo, ...lido.data } as unknown as Evento
  const [primeiro] = lido.error.issues
  throw invalida(`${primeiro?.path.join('.') ?? ''}: ${primeiro?.message ?? 'valor inválido'}`)
}

/** What a stranger may leave out; what is missing still, pedidos knows. */
const PADROES: { readonly [T in TipoDoFluxo]?: () => Corpo } = {
  AnaliseAprovada: () => ({ pontuacao: 0, analisado_em: agora() }),
  AnaliseReprovada: () => ({ ...RECUSADO, pontuacao: 100, analisado_em: agora() }),
  EstoqueSeparado: () => ({ itens: [], data_separacao: agora() }),
  EstoqueInsuficiente: () => ({ motivo: 'sem_estoque' }),
}
const RECUSADO = { motivo: 'recusado_pelo_servico' }
const SEM_ZONA = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)$/
/** The reference writes instants without a zone; they are taken as UTC. */
export const comZona = (instante: string): string => instante.replace(SEM_ZONA, '$1T$2Z')

/** The same in other words: numbers as text, other instants, reais, null for absent. */
function deEstranho(tipo: TipoDoFluxo, corpo: Corpo): Corpo {
  const presentes = Object.entries(corpo).filter(([, dito]) => dito !== null && dito !== '')
  const lido: Record<string, unknown> = {
    ...('motivo' in FORMAS[tipo] && RECUSADO),
    ...PADROES[tipo]?.(),
    ...Object.fromEntries(presentes),
  }
  const { pedido_id, valor, motivo } = lido
  if (typeof pedido_id === 'string' && /^[1-9]\d{0,9}$/.test(pedido_id)) {
    lido.pedido_id = Number(pedido_id)
  }
  if (typeof valor === 'number') lido.valor_centavos ??= deReais(valor)
  if (typeof motivo === 'string') lido.motivo = motivo.slice(0, campos.MAIOR_MOTIVO)
  for (const nome of ['data_separacao', 'analisado_em']) {
    if (typeof lido[nome] === 'string') lido[nome] = emUtc(lido[nome])
  }
  return lido
}

function emUtc(dito: string): string {
  const quando = new Date(comZona(dito))
  return Number.isNaN(quando.getTime()) ? dito : quando.toISOString()
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
