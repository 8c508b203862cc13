// Whether a PostgreSQL really answers: a client's first words over a bare socket, because a client
// library would weigh more than the process that only looks after the server.
import { connect } from 'node:net'
import { BASE, LOCAL, USUARIO } from './lugar.ts'

const LIMITE_MS = 1_000
const PROTOCOLO_3 = 3 << 16
/** "Who are you?"; while it starts or stops it answers with an error instead. */
const PEDE_A_SENHA = 'R'

/** Whether the one at `porta` of this machine takes clients. */
export function responde(porta: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const soquete = connect(porta, LOCAL)
  const acabar = (resposta: boolean): void => {
    soquete.destroy()
    resolve(resposta)
  }
  soquete.once('connect', () => soquete.write(primeiraMensagem()))
  soquete.once('data', (parte: Buffer) => acabar(parte.toString('latin1', 0, 1) === PEDE_A_SENHA))
  soquete.once('error', () => acabar(false))
  soquete.once('close', () => acabar(false))
  soquete.setTimeout(LIMITE_MS, () => acabar(false))
  return promise
}

function primeiraMensagem(): Buffer {
  const texto = Buffer.from(`user\0${USUARIO}\0database\0${BASE}\0\0`)
  const cabeca = Buffer.alloc(8)
  cabeca.writeInt32BE(cabeca.length + texto.length)
  cabeca.writeInt32BE(PROTOCOLO_3, 4)
  return Buffer.concat([cabeca, texto])
}
