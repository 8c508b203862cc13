// Bytes of a message for whoever looks at it: nobody promised that they are text.
import { isUtf8 } from 'node:buffer'

/** As a person reads them, or in base64 where they are no text. */
export interface Conteudo {
  readonly codificacao: 'utf8' | 'base64'
  readonly conteudo: string
}

export const comoConteudo = (bytes: Buffer): Conteudo =>
  isUtf8(bytes)
    ? { codificacao: 'utf8', conteudo: bytes.toString() }
    : { codificacao: 'base64', conteudo: bytes.toString('base64') }
