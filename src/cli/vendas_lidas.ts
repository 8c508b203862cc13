// The sales that stand in the table, with their totals as they are: texts, never floats.
import { styleText } from 'node:util'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { comoErroDeInicio } from '../persistencia/postgres_erros.ts'
import { postgresNoAr } from './postgres_do_inicio.ts'

const CONEXAO_MS = 5_000
const RESPOSTA_MS = 30_000
const SEM_TABELA = '42P01'

export interface VendaLida {
  readonly order_number: number
  readonly total: string | null
  /** UTC, ISO 8601. */
  readonly processed_at: string | null
}
export interface VendasLidas {
  /** Of the whole table, or of the one number asked for. */
  readonly quantidade: number
  readonly soma: string
  readonly vendas: readonly VendaLida[]
}

/** Where the environment says; else of our own, in this directory. Errors: ErroDeNegocio. */
export function urlDeLeitura(configuracao: Configuracao): string {
  const { diretorio, postgresDasVendas } = configuracao
  const url = postgresDasVendas ?? postgresNoAr(diretorio)
  if (url) return url
  const detalhe = `não há VENDAS_DATABASE_URL, nem um PostgreSQL nosso no ar em ${diretorio}`
  throw new ErroDeNegocio('servico_indisponivel', detalhe)
}

const DA_PEDIDA = 'where $1::int is null or order_number = $1'
const CONTAR = `select count(*)::int as quantidade, coalesce(sum(total), 0)::text as soma
  from sales ${DA_PEDIDA}`
const LER = `select order_number, total::text as total,
    to_char(processed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as processed_at
  from sales ${DA_PEDIDA} order by order_number limit $2`

export async function lerVendas(
  url: string,
  limite: number,
  pedido: number | undefined,
): Promise<VendasLidas> {
  const { Client } = (await import('pg')).default
  const cliente = new Client({
    ...{ connectionString: url, application_name: 'quatrovias-vendas-listar' },
    ...{ connectionTimeoutMillis: CONEXAO_MS, query_timeout: RESPOSTA_MS },
  })
  cliente.on('error', () => undefined)
  try {
    await cliente.connect()
    const { rows: contadas } = await cliente.query(CONTAR, [pedido ?? null])
    const { rows } = await cliente.query<VendaLida>(LER, [pedido ?? null, limite])
    return { ...(contadas[0] as Omit<VendasLidas, 'vendas'>), vendas: rows }
  } catch (erro) {
    if ((erro as { code?: string }).code === SEM_TABELA) {
      throw new ErroDeNegocio('nao_encontrado', 'a tabela sales não existe: vendas ainda não rodou')
    }
    throw new ErroDeNegocio('banco_falhou', comoErroDeInicio(url, erro).message)
  } finally {
    await cliente.end().catch(() => undefined)
  }
}

export function emTexto({ quantidade, soma, vendas }: VendasLidas): string {
  const largura = Math.max(10, ...vendas.map(({ total }) => total?.length ?? 0))
  const linha = (numero: string, total: string, quando: string) =>
    `  ${numero.padEnd(12)}${total.padStart(largura)}  ${quando}`.trimEnd()
  const linhas = vendas.map(({ order_number, total, processed_at }) =>
    linha(String(order_number), total ?? 'nulo', processed_at ?? ''),
  )
  const titulos = linha('pedido', 'total', 'gravada em')
  const contagem = `${quantidade} ${quantidade === 1 ? 'venda' : 'vendas'}, no total de ${soma}`
  const resto = quantidade > vendas.length ? `; mostradas acima: ${vendas.length}` : ''
  return [styleText('dim', titulos), ...linhas, '', contagem + resto].join('\n')
}
