// What `npm start` decides about the sales' PostgreSQL before anything starts: a given one, one of
// our own or, where none can run and nobody asked for sales by name, everything else without them.
import { assinantesDe } from '../infra/assinantes.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { prepararPostgres } from '../infra/postgres/preparo.ts'
import { encerrarSobra, portaDoServidor, servidorEm } from '../infra/postgres/processo.ts'
import { ambienteDoPostgresProprio } from '../infra/postgres/senha.ts'
import { ErroDeInicio } from '../persistencia/database.ts'

export interface PostgresDoInicio {
  /** Without vendas among the subscribers, where it has nowhere to write. */
  readonly configuracao: Configuracao
  readonly postgresProprio: boolean
}

/** `pedida`: the subscribers were named, so what is missing is an error (ErroDeInicio, code 2). */
export async function decidirPostgres(
  configuracao: Configuracao,
  pedida: boolean,
  dizer: (linha: string) => void,
): Promise<PostgresDoInicio> {
  const { diretorio, postgresDasVendas } = configuracao
  const vende = assinantesDe(configuracao).includes('vendas')
  if (!vende || postgresDasVendas) return { configuracao, postgresProprio: false }
  try {
    await prepararPostgres(diretorio)
  } catch (erro) {
    if (pedida || !(erro instanceof ErroDeInicio)) throw erro
    dizer(`Sem o assinante vendas: ${erro.message}`)
    const assinantes = configuracao.assinantes.filter((nome) => nome !== 'vendas')
    return { configuracao: { ...configuracao, assinantes }, postgresProprio: false }
  }
  // Before the ports are chosen: what it holds may be ours.
  const dono = await encerrarSobra(diretorio)
  if (dono) throw new ErroDeInicio(`já há um PostgreSQL neste diretório, do processo ${dono}`)
  return { configuracao, postgresProprio: true }
}

/** The URL, password included, of the one of ours that runs here, whoever started it. */
export function postgresNoAr(diretorio: string): string | undefined {
  if (!servidorEm(diretorio)) return undefined
  const porta = portaDoServidor(diretorio)
  if (porta === undefined) return undefined
  return ambienteDoPostgresProprio(diretorio, porta).VENDAS_DATABASE_URL
}

/**
 * For vendas alone in a terminal, where none was named: the one of ours that runs in the same
 * directory, else one that `pilha` ends.
 */
export async function postgresDestaMaquina(
  configuracao: Configuracao,
  pilha: AsyncDisposableStack,
): Promise<Configuracao> {
  const { diretorio, postgresDasVendas } = configuracao
  if (postgresDasVendas) return configuracao
  const noAr = postgresNoAr(diretorio)
  if (noAr) return { ...configuracao, postgresDasVendas: noAr }
  const { abrirPostgresProprio } = await import('../infra/postgres/proprio.ts')
  const { endereco } = pilha.use(await abrirPostgresProprio(configuracao))
  const porta = Number(endereco.split(':').at(-1))
  const { VENDAS_DATABASE_URL } = ambienteDoPostgresProprio(diretorio, porta)
  return { ...configuracao, postgresDasVendas: VENDAS_DATABASE_URL }
}

/** For people: where the sales are kept, without the password. */
export function enderecoDoPostgres(
  configuracao: Configuracao,
  porta: number | undefined,
): string | undefined {
  if (porta !== undefined) return `postgres://postgres@127.0.0.1:${porta}/salesdb`
  if (!assinantesDe(configuracao).includes('vendas')) return undefined
  const { postgresDasVendas } = configuracao
  if (postgresDasVendas === undefined) return undefined
  const url = new URL(postgresDasVendas)
  // A password may be said among the parameters too.
  url.password = url.search = url.hash = ''
  return url.href
}
