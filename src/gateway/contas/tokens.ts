// The token of a session: a JWT signed with our Ed25519 key, one hour long. No other algorithm is
// ever accepted, whatever the token says of itself.
import { errors, importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import * as z from 'zod'
import type { ClienteId, Instante } from '../../contratos/ids.ts'
import { PAPEIS, type Papel } from '../acesso/direitos.ts'

export interface Usuario {
  readonly id: number
  readonly papel: Papel
  /** Whose orders are theirs; null for who has none. */
  readonly cliente_id: ClienteId | null
}

export interface Tokens {
  emitir(usuario: Usuario): Promise<{ readonly token: string; readonly expira_em: Instante }>
  /** `undefined` for a token that is not ours, was changed or has expired. */
  conferir(token: string): Promise<Usuario | undefined>
}

export const ALGORITMO = 'EdDSA'
const EMISSOR = 'quatrovias'
const DURACAO_S = 3_600
/** Ours have some 350 characters; a longer one is not looked at. */
const MAIOR_TOKEN = 1_024
/** Tokens whose signature need not be verified again, some 5 MB. */
const MAIOR_MEMORIA = 10_000

const declaracoes = z.object({
  sub: z.string().regex(/^\d+$/).transform(Number),
  exp: z.number().int(),
  papel: z.enum(PAPEIS),
  cliente_id: z
    .number()
    .int()
    .transform((n) => n as ClienteId)
    .nullable(),
})

/** `chaves`: private JWKs with `kid`, the newest first: it signs, all verify. */
export async function criarTokens(chaves: readonly JWK[], agora = Date.now): Promise<Tokens> {
  const [nova] = chaves
  if (!nova?.kid) throw new Error('não há chave para assinar')
  const protegido = { alg: ALGORITMO, kid: nova.kid }
  const privada = await importJWK(nova, ALGORITMO)
  const publicas = new Map(chaves.map(({ d: _, ...publica }) => [publica.kid, publica]))
  const conhecidos = memoriaDeTokens()

  async function verificar(token: string): Promise<Conhecido | undefined> {
    if (!ehCanonico(token)) return undefined
    const achar = ({ kid }: { kid?: string }) => {
      const chave = publicas.get(kid)
      if (!chave) throw new errors.JWKSNoMatchingKey()
      return importJWK(chave, ALGORITMO)
    }
    try {
      const { payload } = await jwtVerify(token, achar, {
        algorithms: [ALGORITMO],
        issuer: EMISSOR,
        audience: EMISSOR,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(agora()),
      })
      const { sub, exp, papel, cliente_id } = declaracoes.parse(payload)
      return { usuario: { id: sub, papel, cliente_id }, expiraMs: exp * 1_000 }
    } catch (erro) {
      if (erro instanceof errors.JOSEError || erro instanceof z.ZodError) return undefined
      throw erro
    }
  }

  return {
    async emitir({ id, papel, cliente_id }) {
      const desde = Math.floor(agora() / 1_000)
      const token = await new SignJWT({ papel, cliente_id })
        .setProtectedHeader(protegido)
        .setIssuer(EMISSOR)
        .setAudience(EMISSOR)
        .setSubject(String(id))
        .setIssuedAt(desde)
        .setExpirationTime(desde + DURACAO_S)
        .sign(privada)
      const expira_em = new Date((desde + DURACAO_S) * 1_000).toISOString() as Instante
      return { token, expira_em }
    },
    async conferir(token) {
      if (token.length > MAIOR_TOKEN) return undefined
      const conhecido = conhecidos.ler(token) ?? (await verificar(token))
      if (!conhecido || conhecido.expiraMs <= agora()) return undefined
      conhecidos.guardar(token, conhecido)
      return conhecido.usuario
    },
  }
}

interface Conhecido {
  readonly usuario: Usuario
  readonly expiraMs: number
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
