// A mail server for the tests: it keeps what it takes, refuses whom it is told to, and can be away.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** Where a message can be refused. */
type Passo = 'MAIL FROM' | 'RCPT TO' | 'DATA'

/** Who keeps a connection open is cut. */
const FECHAR_MS = 50
const USUARIO = 'loja'
const SENHA = 'segredo do correio'

export interface Mensagem {
  readonly para: string
  /** Without its brackets. */
  readonly id: string
  readonly texto: string
}
export interface Correio extends AsyncDisposable {
  /** With user and password, the same over all its lives. */
  readonly url: string
  readonly recebidas: Mensagem[]
  /** Addresses that get a 550. */
  readonly recusados: Set<string>
  /** What is answered at a step instead of taking it: code and text. */
  readonly recusas: Map<Passo, string>
  /** Called with each message before it is acknowledged. */
  aoReceber: (mensagem: Mensagem) => void
  fechar(): Promise<void>
  reabrir(): Promise<void>
}

export async function abrirCorreio(): Promise<Correio> {
  const recebidas: Mensagem[] = []
  const recusados = new Set<string>()
  const recusas = new Map<Passo, string>()
  const recusaDe = (passo: Passo): Error | undefined => {
    const [, codigo, texto] = /^(\d{3}) (.*)$/.exec(recusas.get(passo) ?? '') ?? []
    return codigo ? Object.assign(new Error(texto), { responseCode: Number(codigo) }) : undefined
  }
  const criar = () =>
    new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      closeTimeout: FECHAR_MS,
      onAuth({ username, password }, _sessao, responder) {
        const certo = username === USUARIO && password === SENHA
        responder(certo ? null : new Error('senha errada'), certo ? { user: USUARIO } : undefined)
      },
      onMailFrom: (_remetente, _sessao, responder) => responder(recusaDe('MAIL FROM')),
      onRcptTo({ address }, _sessao, responder) {
        if (!recusados.has(address)) return responder(recusaDe('RCPT TO'))
        responder(Object.assign(new Error(`5.1.1 <${address}> não há`), { responseCode: 550 }))
      },
      async onData(fluxo, { envelope }, responder) {
        // Whoever sends it may die amid it.
        const texto = await text(fluxo).catch(() => undefined)
        if (texto === undefined) return
        const recusa = recusaDe('DATA')
        if (recusa) return responder(recusa)
        const [, id = ''] = /^Message-ID: <([^>]+)>/im.exec(texto) ?? []
        const mensagem = { para: envelope.rcptTo.map((r) => r.address).join(), id, texto }
        recebidas.push(mensagem)
        correio.aoReceber(mensagem)
        responder()
      },
    })
  let servidor: ReturnType<typeof criar>
  const abrir = async (porta: number) => {
    servidor = criar()
    // Connections cut when it goes away are not a failure of the test.
    servidor.on('error', () => undefined)
    const { server } = servidor
    servidor.listen(porta, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const porta = await abrir(0)
  const fechar = () => new Promise<void>((pronto) => servidor.close(() => pronto()))
  const correio: Correio = {
    url: `smtp://${USUARIO}:${encodeURIComponent(SENHA)}@127.0.0.1:${porta}`,
    ...{ recebidas, recusados, recusas, fechar, aoReceber: () => undefined },
    reabrir: async () => void (await abrir(porta)),
    [Symbol.asyncDispose]: fechar,
  }
  return correio
}
