// The PostgreSQL that the product starts for itself, in the process that looks after it.
import { ErroDeInicio } from '../../persistencia/database.ts'
import type { Configuracao } from '../configuracao.ts'
import { portaLivre, reservar } from '../enderecos.ts'
import { cairJunto } from '../guardiao.ts'
import { PORTA_DO_POSTGRES } from '../topologia.ts'
import { LOCAL } from './lugar.ts'
import { prepararPostgres } from './preparo.ts'
import { encerrarSobra } from './processo.ts'
import { iniciarPostgres, type Postgres } from './servidor.ts'

/** When the server falls, this process ends too. Errors: ErroDeInicio. */
export const abrirPostgresProprio = async (configuracao: Configuracao): Promise<Postgres> =>
  cairJunto('o PostgreSQL', await iniciarProprio(configuracao))

/** Errors: ErroDeInicio. */
export async function iniciarProprio(configuracao: Configuracao): Promise<Postgres> {
  const { diretorio } = configuracao
  const ferramentas = await prepararPostgres(diretorio)
  // Before the port is chosen: what it holds may be ours.
  const dono = await encerrarSobra(diretorio)
  if (dono) throw new ErroDeInicio(`já há um PostgreSQL neste diretório, do processo ${dono}`)
  const porta = await escolherPorta(configuracao.porta('postgres'))
  return iniciarPostgres({ ...ferramentas, diretorio, porta })
}

/** `pedida`: undefined is the usual one if free; 0, any. */
async function escolherPorta(pedida?: number): Promise<number> {
  await using tomada = await reservar(pedida ?? (await portaLivre(PORTA_DO_POSTGRES)), LOCAL)
  if (tomada) return (tomada.address() as { port: number }).port
  if (pedida === undefined) throw new ErroDeInicio('não há porta livre nesta máquina')
  throw new ErroDeInicio(`a porta ${pedida}, pedida para postgres, já está em uso`, 2)
}
