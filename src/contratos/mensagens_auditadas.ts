// What monitoramento answers about the messages that it took down, for gateway and terminal.
import type { Conteudo } from './conteudo.ts'

export interface LugarDaMensagem {
  /** Our name. */
  readonly topico: string
  readonly particao: number
  /** Text: it may be more than the largest exact number in JSON. */
  readonly offset: string
  /** Of the message itself: when the cluster took it, or when its producer says so. */
  readonly instante: string
}

export interface MensagemNaLista extends LugarDaMensagem {
  /** The n-th that was taken down; whoever turns the page names it. */
  readonly id: number
  readonly pedido_id: number | null
  /** Its CloudEvents id: of our own, the cause of the step that it tells of. */
  readonly evento: string | null
  /** The beginnings of both. */
  readonly chave: Conteudo | null
  readonly trecho: Conteudo | null
  /** Bytes of the value as it came; null of a message without one. */
  readonly tamanho: number | null
}

export interface PaginaDeMensagens {
  /** The newest first. */
  readonly mensagens: readonly MensagemNaLista[]
  /** `antes_de` of what follows; null when all was looked at. */
  readonly proximo: number | null
}

export interface MensagemInteira extends LugarDaMensagem {
  readonly id: number
  readonly pedido_id: number | null
  readonly evento: string | null
  readonly auditada_em: string
  readonly tamanho: number | null
  /** The value was too large: only its beginning was kept. */
  readonly cortado: boolean
  readonly chave: Conteudo | null
  readonly cabecalhos: readonly { readonly nome: string; readonly valor: Conteudo | null }[]
  readonly valor: Conteudo | null
}

/** Of one partition; the offsets are null where nothing was taken down. */
export interface ContagemDaParticao {
  readonly topico: string
  readonly particao: number
  readonly auditadas: number
  readonly primeiro: number | null
  readonly ultimo: number | null
  /** One past the last message of the topic; null when the cluster does not say it now. */
  readonly fim: number | null
  /** Messages of the topic that were not taken down; null where that cannot be told. */
  readonly faltam: number | null
  /** Messages vanish from it by themselves, so that offsets count nothing. */
  readonly compactado: boolean
}
