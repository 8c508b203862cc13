// The environment variables: every one that makes no sense, not only the first.
import { resolve } from 'node:path'
import { lerConfiguracao, VARIAVEIS } from '../infra/configuracao.ts'
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
  const erros = dadas.map((variavel) => erroDe(variavel.nome)).filter((erro) => erro !== undefined)
  if (erros.length > 0) {
    const fazer = 'corrija a variável de ambiente: docs/configuracao.md'
    return erros.map((achado) => ({ nome, resultado: 'falha', achado, fazer }))
  }
  const nomes = dadas.map((variavel) => variavel.nome).join(', ')
  return [{ nome, resultado: 'ok', achado: nomes || 'só os valores padrão' }]
}

/** One variable read as if it were the only one. */
function erroDe(nome: string): string | undefined {
  try {
    lerConfiguracao({ [nome]: process.env[nome] })
    return undefined
  } catch (erro) {
    return erro instanceof Error ? erro.message : String(erro)
  }
}
