// The one kind of body that is read: JSON in UTF-8, of a bounded depth. Of a key that comes twice
// the last holds; `__proto__` is a key like any other, which no schema knows.
import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ErroDeNegocio } from '../contratos/errors.ts'

/** A hundred order lines are 5 KB; nothing we accept is larger than this. */
export const MAIOR_CORPO_BYTES = 256 * 1024
/** The deepest that we take is 3: what reads a body may then safely call itself. */
const MAIOR_PROFUNDIDADE = 32

export function lerSoJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (requisicao, corpo, feito) => {
      try {
        conferirTipo(requisicao)
        feito(null, lerJson(corpo))
      } catch (erro) {
        feito(erro as Error)
      }
    },
  )
}

function conferirTipo({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new ErroDeNegocio('tipo_de_conteudo_invalido', 'O corpo precisa ser JSON em UTF-8.')
  }
  const codificado = headers['content-encoding'] ?? 'identity'
  if (codificado.toLowerCase() !== 'identity') {
    throw new ErroDeNegocio('tipo_de_conteudo_invalido', 'O corpo não pode vir comprimido.')
  }
}

/** An absent body is `undefined`, so that routes whose body is optional accept it. */
function lerJson(corpo: Buffer): unknown {
  if (corpo.length === 0) return undefined
  if (!isUtf8(corpo)) throw new ErroDeNegocio('requisicao_invalida', 'O corpo não é UTF-8 válido.')
  if (profundidadeDe(corpo) > MAIOR_PROFUNDIDADE) {
    const detalhe = `O corpo tem mais de ${MAIOR_PROFUNDIDADE} níveis.`
    throw new ErroDeNegocio('requisicao_invalida', detalhe)
  }
  try {
    return JSON.parse(corpo.toString('utf8'))
  } catch (causa) {
    throw new ErroDeNegocio('requisicao_invalida', 'O corpo não é JSON válido.', { causa })
  }
}

const ASPAS = 0x22
const BARRA = 0x5c

/** By the brackets outside of strings: a nanosecond a byte, before anything is built. */
function profundidadeDe(corpo: Buffer): number {
  let atual = 0
  let maior = 0
  let emTexto = false
  for (let i = 0; i < corpo.length; i += 1) {
    const byte = corpo[i]
    if (byte === ASPAS) emTexto = !emTexto
    else if (emTexto) i += byte === BARRA ? 1 : 0
    // `[` and `{`, then `]` and `}`
    else if (byte === 0x5b || byte === 0x7b) maior = Math.max(maior, ++atual)
    else if (byte === 0x5d || byte === 0x7d) atual -= 1
  }
  return maior
}
