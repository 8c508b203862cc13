// Which architectures there are to open: a new one is a directory and a line here.
import type { NomeArquitetura } from '../contratos/ids.ts'
import type { Aberta, Enderecos, ModoGrpc } from './arquitetura.ts'
import type { Credencial } from './credencial.ts'

type NomePublico = Exclude<NomeArquitetura, 'memoria'>
interface Opcoes {
  readonly modoGrpc: ModoGrpc
  readonly credencial: Credencial
}
type Abrir = (enderecos: Enderecos, opcoes: Opcoes) => Promise<Aberta>

/** Loaded only when open: a closed architecture costs no memory. */
const ABRIR: Readonly<Record<NomePublico, Abrir>> = {
  rest: async (e, { credencial }) => (await import('./rest/start.ts')).abrirRest(e, credencial),
  grpc: async (e, { modoGrpc, credencial }) =>
    (await import('./grpc/start.ts')).abrirGrpc(e, modoGrpc, credencial),
}

export const abrirArquiteturas = (
  nomes: readonly NomeArquitetura[],
  enderecos: Readonly<Record<NomePublico, Enderecos>>,
  opcoes: Opcoes,
): Promise<Aberta[]> => {
  const publicas = nomes.filter((nome) => nome !== 'memoria')
  return Promise.all(publicas.map((nome) => ABRIR[nome](enderecos[nome], opcoes)))
}
