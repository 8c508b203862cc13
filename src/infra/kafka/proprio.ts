// The broker that the product starts for itself, in the process that looks after it.
import { ErroDeInicio } from '../../persistencia/database.ts'
import type { Configuracao } from '../configuracao.ts'
import { cairJunto } from '../guardiao.ts'
import { type Broker, iniciarBroker } from './broker.ts'
import { escolherPortasDoBroker } from './portas.ts'
import { prepararBroker } from './preparo.ts'
import { encerrarSobra } from './processo.ts'

/** When the broker falls, this process ends too. Errors: ErroDeInicio. */
export async function abrirBrokerProprio(configuracao: Configuracao): Promise<Broker> {
  const { diretorio } = configuracao
  const ferramentas = await prepararBroker(console.error)
  // Before the ports are chosen: what it holds may be ours.
  const dono = await encerrarSobra(diretorio)
  if (dono) throw new ErroDeInicio(`já há um broker neste diretório, do processo ${dono}`)
  const portas = await escolherPortasDoBroker(configuracao.porta('kafka'))
  return cairJunto('o broker', await iniciarBroker({ ...ferramentas, diretorio, portas }))
}
