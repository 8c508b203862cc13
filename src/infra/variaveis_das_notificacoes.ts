// The rows about notices in the table of environment variables: by which channels they go.
import * as z from 'zod'
import { CANAIS, type NomeCanal } from '../contratos/notificacoes.ts'
import type { Variavel } from './configuracao.ts'

/** These need nothing; the one by SMTP comes with its server. */
const SEM_SERVIDOR = CANAIS.filter((canal) => canal !== 'smtp')
const umDeles = `(${SEM_SERVIDOR.join('|')})`
/** `nome <endereço>`, or an address alone. */
const REMETENTE = /^([^<>\p{Cc}]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u

export interface ConfiguracaoDasNotificacoes {
  readonly canais: readonly NomeCanal[]
  /** User and password included. */
  readonly smtp: string | undefined
  readonly remetente: string
}

export const VARIAVEIS_DAS_NOTIFICACOES: readonly Variavel[] = [
  {
    nome: 'NOTIFICACOES_CANAIS',
    padrao: SEM_SERVIDOR.join(','),
    descricao:
      'Canais pelos quais o cliente é avisado: `registro`, `arquivo`; `smtp` vem com `SMTP_URL`',
    esquema: z.string().regex(new RegExp(`^${umDeles}(,${umDeles})*$`)),
  },
  {
    nome: 'SMTP_URL',
    padrao: '',
    descricao:
      'Servidor de correio: `smtp://usuario:senha@maquina:587`, ou `smtps://` (TLS desde o começo)',
    esquema: z.url({ protocol: /^smtps?$/ }),
    segredo: true,
  },
  {
    nome: 'SMTP_DE',
    padrao: 'quatrovias <nao-responda@quatrovias.example>',
    descricao: 'Remetente das mensagens, também nos arquivos',
    esquema: z.string().regex(REMETENTE, 'deve ser um endereço, ou nome <endereço>'),
  },
]

export function lerNotificacoes(texto: (nome: string) => string): ConfiguracaoDasNotificacoes {
  const pedidos = texto('NOTIFICACOES_CANAIS').split(',')
  const smtp = texto('SMTP_URL') || undefined
  return {
    canais: CANAIS.filter((c) => pedidos.includes(c) || (c === 'smtp' && smtp !== undefined)),
    smtp,
    remetente: texto('SMTP_DE'),
  }
}
