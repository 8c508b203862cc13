// The environment variables: every one that makes no sense, not only the first.
import { resolve } from 'node:path'
import { lerConfiguracao, lerVariavel, VARIAVEIS } from '../infra/configuracao.ts'
import { validarEmPortugues } from '../infra/validacao.ts'
import type { Conferencia } from './diagnostico_conferencia.ts'

/** Where the data would be, also when another variable is wrong. */
export function lugares(): { diretorio: string; ecommerce: string } {
  const { QUATROVIAS_DIR, ECOMMERCE_DB } = process.env
  const { diretorio, ecommerce } = lerConfiguracao({ QUATROVIAS_DIR, ECOMMERCE_DB })
  return { diretorio: resolve(diretorio), ecommerce }
}

export async function conferirConfiguracao(): Promise<readonly Conferencia[]> {
  validarEmPortugues()
  const nome = 'configuração'
  const dadas = VARIAVEIS.filter((variavel) => process.env[variavel.nome])
  const sozinhas = dadas.map((variavel) => erroDe(() => lerVariavel(variavel, process.env)))
  const deCadaUma = sozinhas.filter((erro) => erro !== undefined)
  // Some only make sense together, which is asked once each makes sense alone.
  const juntas = deCadaUma.length > 0 ? undefined : erroDe(() => lerConfiguracao())
  const erros = juntas === undefined ? deCadaUma : [juntas]
  if (erros.length > 0) {
    const fazer = 'corrija a variável de ambiente: docs/configuracao.md'
    return erros.map((achado) => ({ nome, resultado: 'falha', achado, fazer }))
  }
  const nomes = dadas.map((variavel) => variavel.nome).join(', ')
  return [{ nome, resultado: 'ok', achado: nomes || 'só os valores padrão' }]
}

function erroDe(ler: () => unknown): string | undefined {
  try {
    ler()
    return undefined
  } catch (erro) {
    return erro instanceof Error ? erro.message : String(erro)
  }
}
