// Each step on the wire, whatever the encoding: the fields of request and reply, and the command
// and event they stand for. Where a request goes (a path, a method) is each architecture's own.
import * as z from 'zod'
import type { Comando, ComandoDe, TipoComando } from '../contratos/comandos.ts'
import { deReais, emReais } from '../contratos/dinheiro.ts'
import type { Evento, RespostaDe } from '../contratos/eventos.ts'
import { agora, type Instante } from '../contratos/ids.ts'
import * as campos from './campos.ts'

type Corpo = Readonly<Record<string, unknown>>

export interface Mensagem<T extends TipoComando = TipoComando> {
  readonly resumo: string
  readonly corpo: z.ZodType<ComandoDe<T>>
  escrever(comando: ComandoDe<T>): Corpo
  responder(evento: RespostaDe<ComandoDe<T>>): Corpo
  /** The event a foreign server's reply stands for; `undefined` when it makes no sense. */
  entender(comando: ComandoDe<T>, corpo: Corpo): Evento | undefined
}

const pedido = {
  pedido_id: campos.pedidoId,
  chave_simulacao: campos.chaveDeSimulacao.optional(),
}
/** `tipo` is ours to write, never the sender's; absent fields stay absent. */
const comando = <T extends TipoComando, S extends z.ZodRawShape>(tipo: T, forma: S) =>
  z.object({ ...pedido, ...forma }).transform((corpo) => {
    const presentes = Object.entries(corpo).filter(([, valor]) => valor !== undefined)
    return { ...Object.fromEntries(presentes), tipo } as unknown as ComandoDe<T>
  })

const semTipo = ({ tipo: _, ...campos }: { tipo: string }): Corpo => campos
const palavra = (corpo: Corpo): string => String(corpo.status ?? '')
/** Done is what says so, or a success that says nothing else at all. */
const diz = (corpo: Corpo, status: string): boolean =>
  palavra(corpo) === status || Object.keys(corpo).length === 0
/** A foreign server's words are carried on by the compensations, whose doors know their length. */
const motivoDe = ({ motivo }: Corpo): string =>
  (typeof motivo === 'string' && motivo.slice(0, campos.MAIOR_MOTIVO)) || 'recusado_pelo_servico'

const analise: Mensagem<'AnalisarPedido'> = {
  resumo: 'Analisa o risco de fraude de um pedido',
  corpo: comando('AnalisarPedido', {
    cliente_id: campos.clienteId,
    itens: campos.itens,
    valor_centavos: campos.centavos,
    metodo: campos.metodo,
  }),
  escrever: semTipo,
  responder: (e) => ({
    pedido_id: e.pedido_id,
    status: e.tipo === 'AnaliseAprovada' ? 'aprovada' : 'reprovada',
    pontuacao: e.pontuacao,
    ...(e.tipo === 'AnaliseReprovada' && { motivo: e.motivo }),
  }),
  entender({ tipo: _, ...dados }, corpo) {
    const visto = { analisado_em: agora(), pontuacao: palavra(corpo) === 'aprovada' ? 0 : 100 }
    if (palavra(corpo) === 'aprovada') return { ...dados, ...visto, tipo: 'AnaliseAprovada' }
    if (palavra(corpo) !== 'reprovada') return undefined
    const { pedido_id } = dados
    return { pedido_id, ...visto, tipo: 'AnaliseReprovada', motivo: motivoDe(corpo) }
  },
}

const pagamento: Mensagem<'AutorizarPagamento'> = {
  resumo: 'Autoriza o pagamento; só pedido_id e valor bastam',
  corpo: z
    .object({
      ...pedido,
      valor: z.number().positive().optional(),
      valor_centavos: campos.centavos.optional(),
      metodo: campos.metodo.optional(),
      itens: campos.itens.optional(),
    })
    .transform(({ valor, valor_centavos, pedido_id, ...resto }, contexto) => {
      const exato = valor_centavos ?? (valor === undefined ? undefined : deReais(valor))
      if (exato === undefined) {
        contexto.addIssue({
          code: 'custom',
          path: ['valor'],
          message: 'valor positivo obrigatório',
        })
        return z.NEVER
      }
      const { metodo, itens, chave_simulacao } = resto
      return {
        tipo: 'AutorizarPagamento' as const,
        pedido_id,
        valor_centavos: exato,
        ...(metodo && { metodo }),
        ...(itens && { itens }),
        ...(chave_simulacao !== undefined && { chave_simulacao }),
      }
    }),
  escrever: (c) => ({ ...semTipo(c), valor: emReais(c.valor_centavos) }),
  responder(e) {
    const sucesso = e.tipo === 'PagamentoAprovado'
    return {
      pedido_id: e.pedido_id,
      sucesso,
      mensagem: sucesso ? 'Pagamento aprovado' : 'Pagamento rejeitado',
      status: sucesso ? 'aprovado' : 'rejeitado',
      ...(e.tipo === 'PagamentoRejeitado' && { motivo: e.motivo }),
    }
  },
  entender({ tipo: _, ...dados }, corpo) {
    if (corpo.sucesso === true) return { ...dados, tipo: 'PagamentoAprovado' }
    if (corpo.sucesso !== false) return undefined
    return { pedido_id: dados.pedido_id, tipo: 'PagamentoRejeitado', motivo: motivoDe(corpo) }
  },
}

const separacao: Mensagem<'SepararEstoque'> = {
  resumo: 'Separa todos os itens de um pedido, ou nenhum',
  corpo: comando('SepararEstoque', {
    itens: campos.itens.optional(),
    valor_centavos: campos.centavos.optional(),
  }),
  escrever: semTipo,
  responder: (e) =>
    e.tipo === 'EstoqueSeparado'
      ? { pedido_id: e.pedido_id, status: 'concluido', data_separacao: e.data_separacao }
      : { pedido_id: e.pedido_id, status: 'insuficiente', motivo: e.motivo },
  entender({ pedido_id, itens = [], valor_centavos }, corpo) {
    const status = palavra(corpo)
    if (status === 'concluido' || status === 'sucesso') {
      const data = campos.instante.safeParse(corpo.data_separacao)
      const data_separacao: Instante = data.success ? data.data : agora()
      return { tipo: 'EstoqueSeparado', pedido_id, itens, valor_centavos, data_separacao }
    }
    if (status !== 'insuficiente' && status !== 'falha_sem_estoque') return undefined
    return { tipo: 'EstoqueInsuficiente', pedido_id, motivo: 'sem_estoque' }
  },
}

const nota: Mensagem<'EmitirNota'> = {
  resumo: 'Emite a nota fiscal de um pedido',
  corpo: comando('EmitirNota', { valor_centavos: campos.centavos.optional() }),
  escrever: semTipo,
  responder({ tipo, ...e }) {
    return { ...e, status: tipo === 'NotaEmitida' ? 'emitida' : 'rejeitada' }
  },
  entender({ pedido_id }, corpo) {
    const { numero, chave_acesso } = corpo
    if (palavra(corpo) === 'rejeitada') {
      return { tipo: 'NotaRejeitada', pedido_id, motivo: motivoDe(corpo) }
    }
    if (typeof numero !== 'number' || typeof chave_acesso !== 'string') return undefined
    return { tipo: 'NotaEmitida', pedido_id, numero, chave_acesso }
  },
}

const envio: Mensagem<'AgendarEnvio'> = {
  resumo: 'Agenda o envio de um pedido com nota emitida',
  corpo: comando('AgendarEnvio', { nota: z.number().int().min(1) }),
  escrever: semTipo,
  responder({ tipo, ...e }) {
    return { ...e, status: tipo === 'EnvioAgendado' ? 'enviado' : 'indisponivel' }
  },
  entender({ pedido_id }, corpo) {
    const { codigo_rastreamento } = corpo
    if (palavra(corpo) === 'indisponivel') {
      return { tipo: 'EnvioIndisponivel', pedido_id, motivo: motivoDe(corpo) }
    }
    if (typeof codigo_rastreamento !== 'string') return undefined
    return { tipo: 'EnvioAgendado', pedido_id, codigo_rastreamento }
  },
}

const entrega: Mensagem<'ConfirmarEntrega'> = {
  resumo: 'Confirma a entrega de um pedido enviado',
  corpo: comando('ConfirmarEntrega', {}),
  escrever: semTipo,
  responder: (e) => ({ pedido_id: e.pedido_id, status: 'entregue' }),
  entender: ({ pedido_id }, corpo) =>
    diz(corpo, 'entregue') ? { tipo: 'EntregaConfirmada', pedido_id } : undefined,
}

type Volta = 'Estornar' | 'LiberarEstoque' | 'CancelarNota' | 'CancelarEnvio'
const volta = <T extends Volta>(
  tipo: T,
  desfeito: 'PagamentoEstornado' | 'EstoqueLiberado' | 'NotaCancelada' | 'EnvioCancelado',
  resumo: string,
  status: string,
): Mensagem<T> => ({
  resumo,
  corpo: comando(tipo, { motivo: campos.motivo.default('cancelado') }),
  escrever: semTipo,
  responder: (e) =>
    e.tipo === 'CancelamentoRecusado'
      ? { pedido_id: e.pedido_id, status: 'recusado', motivo: e.motivo }
      : { pedido_id: e.pedido_id, status },
  entender(comando, corpo) {
    const { pedido_id, motivo } = comando as ComandoDe<Volta>
    if (diz(corpo, status)) return { tipo: desfeito, pedido_id, motivo }
    if (tipo !== 'CancelarEnvio' || palavra(corpo) !== 'recusado') return undefined
    return { tipo: 'CancelamentoRecusado', pedido_id, motivo: motivoDe(corpo) }
  },
})

/** Every command that another service may be asked for. Those of pedidos itself stay inside it. */
export const mensagens = {
  AnalisarPedido: analise,
  AutorizarPagamento: pagamento,
  SepararEstoque: separacao,
  EmitirNota: nota,
  AgendarEnvio: envio,
  ConfirmarEntrega: entrega,
  Estornar: volta(
    'Estornar',
    'PagamentoEstornado',
    'Estorna o pagamento de um pedido',
    'estornado',
  ),
  LiberarEstoque: volta(
    'LiberarEstoque',
    'EstoqueLiberado',
    'Devolve ao estoque os itens de um pedido',
    'liberado',
  ),
  CancelarNota: volta('CancelarNota', 'NotaCancelada', 'Cancela a nota de um pedido', 'cancelada'),
  CancelarEnvio: volta(
    'CancelarEnvio',
    'EnvioCancelado',
    'Cancela o envio ainda não agendado de um pedido',
    'cancelado',
  ),
} as const satisfies { readonly [T in TipoComando]?: Mensagem<T> }

export type Enviavel = keyof typeof mensagens
export const mensagemDe = (tipo: TipoComando): Mensagem | undefined =>
  (mensagens as unknown as Partial<Record<TipoComando, Mensagem>>)[tipo]

/** Of a stranger's payment only the amount is believed: what was bought is for pedidos to say. */
export function deEstranho(comando: Comando): Comando {
  if (comando.tipo !== 'AutorizarPagamento') return comando
  const { itens: _, ...semItens } = comando
  return semItens
}
