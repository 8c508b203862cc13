// Whether a PostgreSQL really answers: a client's first words.
import { sondar } from '../sonda.ts'
import { BASE, USUARIO } from './lugar.ts'

const PROTOCOLO_3 = 3 << 16
/** "Who are you?"; while it starts or stops it answers with an error instead. */
const PEDE_A_SENHA = 'R'

/** Whether the one at `porta` of this machine takes clients. */
export const responde = (porta: number): Promise<boolean> =>
  sondar(porta, (soquete, acabar) => {
    soquete.once('connect', () => soquete.write(primeiraMensagem()))
    soquete.once('data', (parte: Buffer) => acabar(parte.toString('latin1', 0, 1) === PEDE_A_SENHA))
  })

function primeiraMensagem(): Buffer {
  const texto = Buffer.from(`user\0${USUARIO}\0database\0${BASE}\0\0`)
  const cabeca = Buffer.alloc(8)
  cabeca.writeInt32BE(cabeca.length + texto.length)
  cabeca.writeInt32BE(PROTOCOLO_3, 4)
  return Buffer.concat([cabeca, texto])
}
