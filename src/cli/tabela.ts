// A table for the terminal, each column as wide as it needs.
import { styleText } from 'node:util'

const FOLGA = 2

export function tabela([titulos = [], ...linhas]: readonly (readonly string[])[]): string {
  const larguras = titulos.map((_, i) => {
    const celulas = [titulos, ...linhas].map((linha) => linha[i]?.length ?? 0)
    return FOLGA + celulas.reduce((maior, n) => Math.max(maior, n), 0)
  })
  const escrever = (linha: readonly string[]) =>
    `  ${linha.map((celula, i) => celula.padEnd(larguras[i] ?? 0)).join('')}`.trimEnd()
  return [styleText('dim', escrever(titulos)), ...linhas.map(escrever)].join('\n')
}

export const emNumero = (n: number): string => n.toLocaleString('pt-BR')
