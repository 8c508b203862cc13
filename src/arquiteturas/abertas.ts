// Which architectures there are to open: a new one is a directory and a line here.
import type { NomeArquitetura } from '../contratos/ids.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import type { Aberta, Enderecos, ModoGrpc } from './arquitetura.ts'
import type { Credencial } from './credencial.ts'
import type { ConexaoKafka } from './kafka/conexao.ts'

type NomePublico = Exclude<NomeArquitetura, 'memoria'>
interface Opcoes {
  readonly modoGrpc: ModoGrpc
  readonly credencial: Credencial
  readonly kafka: ConexaoKafka | undefined
}
interface TodosOsEnderecos {
  readonly rest: Enderecos
  readonly grpc: Enderecos
}
type Abrir = (enderecos: TodosOsEnderecos, opcoes: Opcoes) => Promise<Aberta>

/** Loaded only when open: a closed architecture costs no memory. */
const ABRIR: Readonly<Record<NomePublico, Abrir>> = {
  rest: async ({ rest }, { credencial }) =>
    (await import('./rest/start.ts')).abrirRest(rest, credencial),
  grpc: async ({ grpc }, { modoGrpc, credencial }) =>
    (await import('./grpc/start.ts')).abrirGrpc(grpc, modoGrpc, credencial),
  kafka: async (_, { kafka }) => {
    if (!kafka) throw new ErroDeInicio('a arquitetura kafka precisa de KAFKA_BROKERS', 2)
    // In this order: what the second imports is then there already, and light.
    await import('./kafka/cliente_leve.ts')
    return (await import('./kafka/start.ts')).abrirKafka(kafka)
  },
}

export const abrirArquiteturas = (
  nomes: readonly NomeArquitetura[],
  enderecos: TodosOsEnderecos,
  opcoes: Opcoes,
): Promise<Aberta[]> => {
  const publicas = nomes.filter((nome) => nome !== 'memoria')
  return Promise.all(publicas.map((nome) => ABRIR[nome](enderecos, opcoes)))
}
