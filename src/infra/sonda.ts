// A question over a bare socket to what listens on this machine: a client library would weigh more
// than the process that only looks after the server.
import { connect, type Socket } from 'node:net'

const LIMITE_MS = 1_000

type Acabar = (resposta: boolean) => void

/**
 * What `acabar` is told, or false: nobody listens at `porta`, the connection ends, or a second goes
 * by without a word. `ouvir` gets the socket before it is connected.
 */
export function sondar(
  porta: number,
  ouvir: (soquete: Socket, acabar: Acabar) => void,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const soquete = connect(porta, '127.0.0.1')
  const acabar: Acabar = (resposta) => {
    soquete.destroy()
    resolve(resposta)
  }
  ouvir(soquete, acabar)
  soquete.once('error', () => acabar(false))
  soquete.once('close', () => acabar(false))
  soquete.setTimeout(LIMITE_MS, () => acabar(false))
  return promise
}
