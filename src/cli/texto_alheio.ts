// What somebody else wrote, for a terminal: what would move the cursor or colour the screen is
// shown, not obeyed.
import type { Conteudo } from '../contratos/conteudo.ts'

/** Control characters, and those that turn the direction of the text, by their numbers. */
export const inofensivo = (texto: string): string =>
  texto.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (c) => {
    const numero = c.codePointAt(0)?.toString(16).padStart(4, '0')
    return `\\u${numero}`
  })

export const dito = (conteudo: Conteudo | null): string => {
  if (!conteudo) return '(nada)'
  return conteudo.codificacao === 'utf8' ? conteudo.conteudo : `${conteudo.conteudo} (base64)`
}
