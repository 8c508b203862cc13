// By a mail server. Sent again after a crash, a message has the Message-ID that it had.
import { createTransport, type NodemailerError } from 'nodemailer'
import { comoCarta } from '../carta.ts'
import { type Canal, RecusaDefinitiva } from './canal.ts'

const CONEXOES = 5
const ESPERAS = {
  ...{ dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000 },
  socketTimeout: 30_000,
} as const
/** Of the message or of those it goes to. A wrong password is for whoever set it to put right. */
const DA_MENSAGEM: ReadonlySet<unknown> = new Set(['EENVELOPE', 'EMESSAGE'])
/** Against the sender, although some servers (Postfix) wait for the recipient to say so. */
const DE_QUEM_MANDA = /^5(30|\d\d[ -]5\.7\.)/

/** `url`: smtp://user:password@host:port, or smtps://. */
export function abrirSmtp(url: string, remetente: string): Canal & Disposable {
  const correio = createTransport({
    ...{ url, pool: true, maxConnections: CONEXOES, ...ESPERAS },
    // Who tries again is the outbox, and nobody else.
    maxRequeues: 0,
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  return {
    nome: 'smtp',
    porEmail: true,
    async enviar(aviso, signal) {
      try {
        await correio.sendMail({ ...comoCarta(aviso, remetente), signal })
      } catch (erro) {
        throw comoRecusa(erro as NodemailerError)
      }
    },
    [Symbol.dispose]: () => correio.close(),
  }
}

function comoRecusa(erro: NodemailerError): Error {
  const { code, command, permanent, message, response = message } = erro
  const doRemetente =
    command === 'MAIL FROM' || (command === 'RCPT TO' && DE_QUEM_MANDA.test(response))
  const deVez = DA_MENSAGEM.has(code) && permanent !== false && !doRemetente
  return deVez ? new RecusaDefinitiva(response, { cause: erro }) : erro
}
