// The child's side of supervision: says when it is ready, stops when asked, and ends by itself when
// the supervisor is gone. The same process also runs alone in a terminal, where Ctrl-C stops it.
import { codigoDeSaida } from './erro_de_saida.ts'
import { aoPerderOPai } from './pai.ts'
import { codigoDoSinal, ouvirSinais } from './sinais.ts'

/** What a child says and hears over IPC, as JSON. */
export type MensagemDoFilho = { readonly tipo: 'pronto'; readonly info: unknown }
export type MensagemDoSupervisor = { readonly tipo: 'parar' }

export interface Servindo {
  /** Sent to the supervisor as JSON, e.g. the addresses that were really bound. */
  readonly info: unknown
  /** Drains: called at most once, bounded by DRENO_MS. */
  parar(): Promise<void>
}

/** Below the supervisor's own patience, so that a slow drain ends here and not by SIGTERM. */
const DRENO_MS = 4_000

/**
 * Runs `iniciar` and resolves when the process serves. From then on it ends by exit code 0 after
 * `parar` (message, SIGTERM, lost supervisor or parent; SIGINT only when alone). `signal` aborts
 * when the stop comes before `iniciar` is done. An error of `iniciar` is printed in one line and
 * ends the process with its `exitCode`, or 1.
 */
export async function comoFilho(
  iniciar: (signal: AbortSignal) => Promise<Servindo>,
): Promise<void> {
  const controle = new AbortController()
  const inicio = Promise.withResolvers<Servindo | undefined>()
  let parando = false
  const parar = (): void => {
    if (parando) return
    parando = true
    controle.abort()
    void drenar(inicio.promise)
  }
  // `send` outlives the channel: a supervisor that died during our imports left `connected` false.
  if (process.send === undefined) ouvirTerminal(parar)
  else ouvirSupervisor(parar)
  try {
    const servindo = await iniciar(controle.signal)
    inicio.resolve(servindo)
    if (!parando) dizer({ tipo: 'pronto', info: servindo.info })
  } catch (erro) {
    inicio.resolve(undefined)
    if (parando) return
    console.error(`erro: ${emUmaLinha(erro)}`)
    process.exit(codigoDeSaida(erro))
  }
}

async function drenar(inicio: Promise<Servindo | undefined>): Promise<void> {
  setTimeout(() => {
    console.error(`erro: a parada passou de ${DRENO_MS} ms e foi interrompida`)
    process.exit(0)
  }, DRENO_MS)
  try {
    const servindo = await inicio
    await servindo?.parar()
  } catch (erro) {
    console.error(`erro ao parar: ${emUmaLinha(erro)}`)
  }
  process.exit(0)
}

function ouvirSupervisor(parar: () => void): void {
  // A Ctrl-C is the supervisor's to hear: it stops its children one by one, in order.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', parar)
  process.on('disconnect', parar)
  process.on('message', (mensagem: Partial<MensagemDoSupervisor> | null) => {
    if (mensagem?.tipo === 'parar') parar()
  })
  if (!process.connected) parar()
}

function ouvirTerminal(parar: () => void): void {
  ouvirSinais({ parar, insistir: (sinal) => process.exit(codigoDoSinal(sinal)) })
  aoPerderOPai(parar)
}

function dizer(mensagem: MensagemDoFilho): void {
  // A channel that closes meanwhile is heard as 'disconnect'; the callback keeps it from throwing.
  if (process.connected) process.send?.(mensagem, undefined, undefined, () => {})
}

function emUmaLinha(erro: unknown): string {
  const texto = erro instanceof Error ? erro.message : String(erro)
  return texto.replaceAll(/\s*\n\s*/g, ' · ')
}
