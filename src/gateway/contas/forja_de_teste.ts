// The forger of the token tests: a token that a login gave, the key that only the owner of the
// machine can read, and the check that a forgery is refused wherever it may be shown.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CompactSign, importJWK, type JWK } from 'jose'
import { agora } from '../../contratos/ids.ts'
import type { Gateway } from '../gateway_de_teste.ts'
import { criarTokens } from './tokens.ts'

/** Node takes 16 KiB of headers; what is longer is refused before it is read. */
const CABE_NO_CABECALHO = 8_000

/** The private key that signs, as only who owns the machine can read it. */
export function chaveDe({ configuracao }: Gateway): JWK {
  using banco = new DatabaseSync(join(configuracao.diretorio, 'dados', 'gateway.db'), {
    readOnly: true,
  })
  const linha = banco.prepare('select jwk from chaves order by criado_em desc limit 1').get()
  return JSON.parse(String(linha?.jwk)) as JWK
}

export function lerParte(parte: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(parte, 'base64url').toString()) as Record<string, unknown>
}
export const parte = (valor: object | string): string =>
  Buffer.from(typeof valor === 'string' ? valor : JSON.stringify(valor)).toString('base64url')

export interface Forja {
  readonly token: string
  readonly chave: JWK
  /** `undefined` for a token that does not serve. */
  conferir(token: string): Promise<unknown>
  /** Of `token`. */
  readonly protegido: Readonly<Record<string, unknown>>
  readonly declaracoes: Readonly<Record<string, unknown>>
  /** As the gateway would have signed it, had it said so. */
  assinar(dito: object | string, mudancas?: object, com?: JWK): Promise<string>
  /** By the function and, if a header can hold it at all, at the door. */
  recusado(nome: string, ruim: string): Promise<void>
}

export async function abrirForja(gateway: Gateway): Promise<Forja> {
  const token = await gateway.tokenDe('cliente')
  const chave = chaveDe(gateway)
  const { conferir } = await criarTokens([{ jwk: chave, criado_em: agora() }], () => false)
  const [cabecalho = '', corpo = ''] = token.split('.')
  const protegido = lerParte(cabecalho)
  return {
    token,
    chave,
    conferir,
    protegido,
    declaracoes: lerParte(corpo),
    async assinar(dito, mudancas = {}, com = chave) {
      const texto = typeof dito === 'string' ? dito : JSON.stringify(dito)
      const { alg = 'EdDSA', ...resto } = { ...protegido, ...mudancas } as { alg?: string }
      // What a JWK says of its use is not asked here.
      const { alg: _, use: _u, key_ops: _k, ...limpa } = com
      return new CompactSign(new TextEncoder().encode(texto))
        .setProtectedHeader({ alg, ...resto })
        .sign(await importJWK(limpa, alg))
    },
    async recusado(nome, ruim) {
      assert.equal(await conferir(ruim), undefined, nome)
      if (!/^[\x21-\x7e]*$/.test(ruim)) return
      const cabecalhos = { authorization: `Bearer ${ruim}` }
      const { status } = await gateway.pedir('GET', '/auth/eu', { cabecalhos })
      const esperados = ruim.length > CABE_NO_CABECALHO ? [401, 431] : [401]
      assert.ok(esperados.includes(status), `${nome}: ${status}`)
    },
  }
}
