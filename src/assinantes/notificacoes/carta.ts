// A notice as a message of RFC 5322. The same notice gives the same bytes, and always the same
// Message-ID: whoever gets it twice can tell.
import type { SendMailOptions } from 'nodemailer'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { Aviso } from './canais/canal.ts'
import { escrever } from './textos.ts'

/** What breaks a line or hides a text: no header of a message has any of it, and no greeting. */
const INVISIVEIS = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu

export const comoNome = (texto: string): string =>
  texto.toWellFormed().replaceAll(INVISIVEIS, ' ').trim()

export const idDaMensagem = ({ pedido_id, status }: Aviso): string =>
  `<${pedido_id}.${status}@quatrovias>`

/** Errors: Error when nobody is to get it, which is a mistake of ours. */
export function comoCarta(aviso: Aviso, remetente: string): SendMailOptions {
  const { pedido_id, status, instante, para } = aviso
  if (!para) throw new Error('uma carta precisa de destinatário')
  const nome = comoNome(para.nome)
  const { assunto, texto, html } = escrever(pedido_id, status, nome)
  return {
    from: remetente,
    // As an object it is one address, whatever commas its name has.
    to: { name: nome, address: para.email },
    subject: assunto,
    ...{ text: texto, html },
    messageId: idDaMensagem(aviso),
    date: new Date(instante),
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': 'pt-BR' },
    newline: 'windows',
    baseBoundary: `${pedido_id}-${status}`,
    ...{ disableFileAccess: true, disableUrlAccess: true },
  }
}

export const comoEml = (aviso: Aviso, remetente: string): Promise<Buffer> =>
  new MailComposer(comoCarta(aviso, remetente)).compile().build()
