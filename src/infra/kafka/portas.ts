// Where our own broker listens: the clients' port is chosen like everybody's, the others are free
// ones, because only the broker itself has to find them.
import type { Server } from 'node:net'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { reservar } from '../enderecos.ts'
import { PORTA_DO_KAFKA } from '../topologia.ts'
import type { PortasDoBroker } from './propriedades.ts'

const LOCAL = '127.0.0.1'

/** `pedida`: undefined is the usual one if free; 0, any. Errors: ErroDeInicio (2) when taken. */
export async function escolherPortasDoBroker(pedida?: number): Promise<PortasDoBroker> {
  await using pilha = new AsyncDisposableStack()
  const tomar = async (porta: number): Promise<number | undefined> => {
    const servidor: Server | undefined = await reservar(porta, LOCAL)
    if (!servidor) return undefined
    pilha.use(servidor)
    return (servidor.address() as { port: number }).port
  }
  const qualquer = async (): Promise<number> => {
    const porta = await tomar(0)
    if (porta === undefined) throw new ErroDeInicio('não há porta livre nesta máquina')
    return porta
  }
  const clientes = await tomar(pedida ?? PORTA_DO_KAFKA)
  if (clientes === undefined && pedida !== undefined) {
    throw new ErroDeInicio(`a porta ${pedida}, pedida para kafka, já está em uso`, 2)
  }
  return {
    clientes: clientes ?? (await qualquer()),
    interna: await qualquer(),
    controlador: await qualquer(),
  }
}
