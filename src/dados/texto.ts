// What the command says: the summary of what was made, and every failure in words that tell the
// person what happened and that nothing was changed.
import { dirname, resolve } from 'node:path'
import { STATUS } from '../contratos/eventos.ts'
import type { ResumoDados } from './gerador.ts'
import { DestinoRecusado } from './gravacao.ts'
import { OpcaoInvalida } from './opcoes.ts'

const SQLITE_IOERR = 10
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14

export function textoDoResumo(resumo: ResumoDados): string {
  const { saida, semente, segundos } = resumo
  const tempo = segundos.toLocaleString('pt-BR', { maximumFractionDigits: 2 })
  const linhas = [
    `Banco de dados gerado em ${tempo} s (semente ${semente}): ${saida}`,
    ...(['clientes', 'produtos', 'pedidos'] as const).map((tabela) =>
      linha(tabela, resumo[tabela]),
    ),
    ...STATUS.flatMap((status) => {
      const quantos = resumo.porStatus[status]
      return quantos === undefined ? [] : [linha(`  ${status}`, quantos)]
    }),
    linha('itens de pedido', resumo.itens),
    linha('pagamentos', resumo.pagamentos),
    linha('notas fiscais', resumo.notas),
    linha('envios', resumo.envios),
  ]
  return `${linhas.join('\n')}\n`
}

export function textoDaFalha(erro: unknown, saida: string): string {
  if (erro instanceof OpcaoInvalida || erro instanceof DestinoRecusado) return erro.message
  const destino = resolve(saida)
  switch (motivoDe(erro)) {
    case 'espaco':
      return `Não há espaço em disco para gravar ${destino}. Nada foi alterado.`
    case 'acesso':
      return `Não foi possível criar o arquivo em ${dirname(destino)}: confira permissão e nome.`
    case 'disco':
      return `O disco falhou ao gravar ${destino}. Nada foi alterado.`
    case 'outro':
      return `Não foi possível gravar ${destino}: ${erro instanceof Error ? erro.message : erro}`
  }
}

function motivoDe(erro: unknown): 'espaco' | 'acesso' | 'disco' | 'outro' {
  if (!(erro instanceof Error)) return 'outro'
  const { code, errcode } = erro as Error & { code?: string; errcode?: number }
  // SQLite's extended codes keep the primary code in their low byte.
  const primario = errcode === undefined ? undefined : errcode & 0xff
  if (primario === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT') return 'espaco'
  if (primario === SQLITE_CANTOPEN || code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return 'acesso'
  }
  return primario === SQLITE_IOERR || code === 'EIO' ? 'disco' : 'outro'
}

function linha(nome: string, quantos: number): string {
  return `  ${nome.padEnd(22)}${quantos.toLocaleString('pt-BR').padStart(12)}`
}
