// The access token of a session: a JWT signed with our Ed25519 key, fifteen minutes long. No other
// algorithm is ever accepted, whatever the token says of itself.
import { errors, importJWK, type JWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import * as z from 'zod'
import type { ClienteId, Instante } from '../../contratos/ids.ts'
import { PAPEIS, type Papel } from '../acesso/direitos.ts'
import { ALGORITMO, type Chave } from './chaves.ts'
import { VIDA_DO_TOKEN_MS } from './encerradas.ts'

export interface Usuario {
  readonly id: number
  readonly papel: Papel
  /** Whose orders are theirs; null for who has none. */
  readonly cliente_id: ClienteId | null
}
export interface Autenticado extends Usuario {
  /** The session that the token belongs to. */
  readonly sessao: string
}

export interface Tokens {
  emitir(usuario: Usuario, sessao: string): Promise<TokenEmitido>
  /** `undefined` for a token that is not ours, was changed, has expired or was ended. */
  conferir(token: string): Promise<Autenticado | undefined>
  /** From now on these are the keys, the newest first: it signs, all verify. */
  usar(chaves: readonly Chave[]): Promise<void>
  /** Public JWKs, the newest first. */
  publicas(): JWK[]
}
export interface TokenEmitido {
  readonly token: string
  readonly expira_em: Instante
}

const TIPO = 'JWT'
const EMISSOR = 'quatrovias'
const DURACAO_S = VIDA_DO_TOKEN_MS / 1_000
/** What a clock set back may differ from the one that signed; expiry is exact all the same. */
const FOLGA_S = 5
/** Ours have some 400 characters; a longer one is not looked at. */
const MAIOR_TOKEN = 1_024
/** Tokens whose signature need not be verified again, some 5 MB. */
const MAIOR_MEMORIA = 10_000

const declaracoes = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number),
  sid: z.string().min(1).max(64),
  iat: z.number().int(),
  exp: z.number().int(),
  papel: z.enum(PAPEIS),
  cliente_id: z
    .number()
    .int()
    .transform((n) => n as ClienteId)
    .nullable(),
})

type ChaveImportada = Awaited<ReturnType<typeof importJWK>>
interface EmUso {
  readonly privada: ChaveImportada
  readonly publica: ChaveImportada
  readonly jwk: JWK
  readonly ateMs: number
}
interface Conhecido {
  readonly usuario: Autenticado
  readonly emitidoMs: number
  readonly expiraMs: number
}

/** `encerrada`: whether a token of this session, issued at that moment, must be refused. */
export async function criarTokens(
  chaves: readonly Chave[],
  encerrada: (sessao: string, emitidoMs: number) => boolean,
  relogio: () => number = Date.now,
): Promise<Tokens> {
  let emUso = await importar(chaves)
  const conhecidos = memoriaDeTokens()

  function achar({ alg, kid = '', typ, ...outros }: JWTHeaderParameters): ChaveImportada {
    const chave = emUso.get(kid)
    // Ours have these three and no more: nothing in a token may say where its key is.
    const nosso = alg === ALGORITMO && typ === TIPO && Object.keys(outros).length === 0
    if (!nosso || !chave || chave.ateMs <= relogio()) throw new errors.JWKSNoMatchingKey()
    return chave.publica
  }

  async function verificar(token: string): Promise<Conhecido | undefined> {
    if (!ehCanonico(token)) return undefined
    try {
      const { payload } = await jwtVerify(token, achar, {
        algorithms: [ALGORITMO],
        issuer: EMISSOR,
        audience: EMISSOR,
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
        // Which also asks for an `iat` that is not in the future.
        maxTokenAge: DURACAO_S,
        clockTolerance: FOLGA_S,
        currentDate: new Date(relogio()),
      })
      const { sub, sid, iat, exp, papel, cliente_id } = declaracoes.parse(payload)
      if (exp - iat > DURACAO_S) return undefined
      const usuario = { id: sub, papel, cliente_id, sessao: sid }
      return { usuario, emitidoMs: iat * 1_000, expiraMs: exp * 1_000 }
    } catch (erro) {
      if (erro instanceof errors.JOSEError || erro instanceof z.ZodError) return undefined
      throw erro
    }
  }

  return {
    async emitir({ id, papel, cliente_id }, sessao) {
      const [[kid, nova] = []] = emUso
      if (!kid || !nova) throw new Error('não há chave para assinar')
      const desde = Math.floor(relogio() / 1_000)
      const token = await new SignJWT({ sid: sessao, papel, cliente_id })
        .setProtectedHeader({ alg: ALGORITMO, typ: TIPO, kid })
        .setIssuer(EMISSOR)
        .setAudience(EMISSOR)
        .setSubject(String(id))
        .setIssuedAt(desde)
        .setExpirationTime(desde + DURACAO_S)
        .sign(nova.privada)
      const expira_em = new Date((desde + DURACAO_S) * 1_000).toISOString() as Instante
      return { token, expira_em }
    },
    async conferir(token) {
      if (token.length > MAIOR_TOKEN) return undefined
      const conhecido = conhecidos.ler(token) ?? (await verificar(token))
      if (!conhecido || conhecido.expiraMs <= relogio()) return undefined
      conhecidos.guardar(token, conhecido)
      const { usuario, emitidoMs } = conhecido
      return encerrada(usuario.sessao, emitidoMs) ? undefined : usuario
    },
    async usar(novas) {
      emUso = await importar(novas)
    },
    publicas: () =>
      [...emUso.values()].filter(({ ateMs }) => ateMs > relogio()).map(({ jwk }) => jwk),
  }
}

/** By `kid`, in the order given. */
async function importar(chaves: readonly Chave[]): Promise<Map<string, EmUso>> {
  const pares = chaves.map(async ({ jwk, ateMs = Number.POSITIVE_INFINITY }) => {
    const { kid = '', kty, crv, x } = jwk
    const publico = { kty, crv, x, kid, alg: ALGORITMO, use: 'sig' } as JWK
    const privada = await importJWK(jwk, ALGORITMO)
    const publica = await importJWK(publico, ALGORITMO)
    return [kid, { privada, publica, jwk: publico, ateMs }] as const
  })
  return new Map(await Promise.all(pares))
}

/** One token, one text: the spare bits at the end of a part must not make a second of it. */
const ehCanonico = (token: string): boolean => {
  const partes = token.split('.', 4)
  const emBase64url = (parte: string) =>
    Buffer.from(parte, 'base64url').toString('base64url') === parte
  return partes.length === 3 && partes.every(emBase64url)
}

/** A Map keeps the order of insertion: the first is the one least recently used. */
function memoriaDeTokens() {
  const tokens = new Map<string, Conhecido>()
  return {
    ler: (token: string): Conhecido | undefined => tokens.get(token),
    guardar(token: string, conhecido: Conhecido): void {
      tokens.delete(token)
      tokens.set(token, conhecido)
      if (tokens.size <= MAIOR_MEMORIA) return
      for (const [maisVelho] of tokens.entries().take(1)) tokens.delete(maisVelho)
    },
  }
}
