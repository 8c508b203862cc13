// The place of an order in the list, as the text that a client hands back for the next page: the
// instant and the number of the last one shown. Opaque outside; its version is its first character.
import { type Instante, MAIOR_ID } from '../../contratos/ids.ts'

export interface Posicao {
  readonly criado_em: Instante
  readonly id: number
}

const VERSAO = '1'
const FORMATO = new RegExp(`^${VERSAO}\\.(\\d{1,15})\\.([1-9]\\d{0,9})$`)
/** A year of four digits: only then do instants compare as texts. */
const ULTIMO_MS = Date.parse('9999-12-31T23:59:59.999Z')
export const MAIOR_CURSOR = 48

export function escreverCursor({ criado_em, id }: Posicao): string {
  return Buffer.from(`${VERSAO}.${Date.parse(criado_em)}.${id}`).toString('base64url')
}

/** `undefined` for a text that `escreverCursor` would not have written. */
export function lerCursor(texto: string): Posicao | undefined {
  if (texto.length > MAIOR_CURSOR) return undefined
  const partes = FORMATO.exec(Buffer.from(texto, 'base64url').toString('latin1'))
  if (!partes) return undefined
  const [ms, id] = [Number(partes[1]), Number(partes[2])]
  if (ms > ULTIMO_MS || id > MAIOR_ID) return undefined
  const posicao = { criado_em: new Date(ms).toISOString() as Instante, id }
  return escreverCursor(posicao) === texto ? posicao : undefined
}
