// How long each function is, read from its indentation: the formatter puts the closing brace of a
// body at the column where its first line began.
import type { Arquivo } from './arvore.ts'

export interface Funcao {
  /** 1-based, where it begins. */
  readonly linha: number
  readonly cabecalho: string
  readonly tamanho: number
}

/** A line that opens a body: a function, a method, or an arrow with braces. */
const ABRE = /^( *)(?!(?:if|for|while|switch|try|else|do|class|interface|return \{)\b)(.*)\{$/
const TEM_FUNCAO =
  /=> \{$|\bfunction\b|^ *(?:(?:async|get|set|static|export) |\*|\[)*[\w.\]]+\(.*\{$/
/** The last line of a head that the formatter broke over several. */
const FIM_DO_CABECALHO = /^( *)\)[^=]*(?:=> )?\{$/

export function funcoesDe({ linhas }: Arquivo): Funcao[] {
  return linhas.flatMap((linha, i) => {
    const quebrado = FIM_DO_CABECALHO.exec(linha)
    const inteiro = ABRE.exec(linha)
    if (!quebrado && !(inteiro && TEM_FUNCAO.test(linha))) return []
    const recuo = (quebrado ?? inteiro)![1]!
    const fim = linhas.findIndex((l, j) => j > i && l.startsWith(`${recuo}}`))
    const inicio = quebrado ? inicioDoCabecalho(linhas, i, recuo) : i
    if (inicio < 0 || fim < 0 || ehSuite(linhas.slice(inicio, fim))) return []
    const cabecalho = linhas[inicio]!.trim()
    return [{ linha: inicio + 1, cabecalho, tamanho: fim - inicio + 1 }]
  })
}

/** Up to the line that opened the parenthesis; -1 when what follows is `if (…) {` and its like. */
function inicioDoCabecalho(linhas: readonly string[], fim: number, recuo: string): number {
  for (let i = fim - 1; i >= 0; i--) {
    const linha = linhas[i]!
    if (!linha.startsWith(recuo) || linha[recuo.length] === ' ') continue
    return /^ *(?:\} else )?(?:if|for|while|switch)\b/.test(linha) ? -1 : i
  }
  return -1
}

/** A suite is a list of tests, each of them a function of its own. */
const ehSuite = (corpo: readonly string[]): boolean =>
  corpo.some((linha) => /^ *(?:describe|it|test)\(/.test(linha))
