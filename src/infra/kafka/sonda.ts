// Whether a broker really answers: the smallest question of Kafka's protocol.
import { sondar } from '../sonda.ts'

/** Metadata, version 1, of no topic: the answer begins with its size, number, and the brokers. */
const PEDIDO = Buffer.from([...[0, 0, 0, 15, 0, 3, 0, 1, 0, 0, 0, 1], ...[0, 1, 0x71, 0, 0, 0, 0]])
const BROKERS_EM = 8

/** Whether somebody accepts connections at `porta` of this machine, whatever is spoken there. */
export const aceita = (porta: number): Promise<boolean> =>
  sondar(porta, (soquete, acabar) => {
    soquete.once('connect', () => acabar(true))
  })

/** Whether at least one broker is in service, as the one at `porta` of this machine knows. */
export const responde = (porta: number): Promise<boolean> =>
  sondar(porta, (soquete, acabar) => {
    let recebido = Buffer.alloc(0)
    soquete.once('connect', () => soquete.write(PEDIDO))
    soquete.on('data', (parte: Buffer) => {
      recebido = Buffer.concat([recebido, parte])
      if (recebido.length >= BROKERS_EM + 4) acabar(recebido.readInt32BE(BROKERS_EM) > 0)
    })
  })
