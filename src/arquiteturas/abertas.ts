// Which architectures there are to open: a new one is a directory and a line here.
import type { NomeArquitetura } from '../contratos/ids.ts'
import type { Aberta, Enderecos } from './arquitetura.ts'

/** Loaded only when open: a closed architecture costs no memory. */
const ABRIR: {
  readonly [N in Exclude<NomeArquitetura, 'memoria'>]: (enderecos: Enderecos) => Promise<Aberta>
} = {
  rest: async (enderecos) => (await import('./rest/start.ts')).abrirRest(enderecos),
}

export const abrirArquiteturas = (
  nomes: readonly NomeArquitetura[],
  enderecos: Enderecos,
): Promise<Aberta[]> =>
  Promise.all(nomes.filter((nome) => nome !== 'memoria').map((nome) => ABRIR[nome](enderecos)))
