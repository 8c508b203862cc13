// What `npm start` decides about the sales' PostgreSQL before anything starts: a given one, one of
// our own or, where none can run and nobody asked for sales by name, everything else without them.
import { assinantesDe } from '../infra/assinantes.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { prepararPostgres } from '../infra/postgres/preparo.ts'
import { encerrarSobra } from '../infra/postgres/processo.ts'
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
  await encerrarSobra(diretorio)
  return { configuracao, postgresProprio: true }
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
  url.password = ''
  return url.href
}
