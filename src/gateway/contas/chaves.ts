// The signing keys as gateway.db keeps them: the newest signs; one that was replaced verifies until
// the last token it signed has expired, and is then deleted.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Instante } from '../../contratos/ids.ts'
import type { Database, Transacao } from '../../persistencia/database.ts'
import { VIDA_DO_TOKEN_MS } from './encerradas.ts'

export interface Chave {
  /** Private, with `kid`. */
  readonly jwk: JWK
  readonly criado_em: Instante
  /** From then on it verifies nothing: its last token has expired. The newest has none. */
  readonly ateMs?: number
}

export interface Chaves {
  /** The newest first; those that verify nothing any more are left out. */
  emVigor(): Promise<Chave[]>
  /** Makes the one that signs from now on. Errors: limite_excedido. */
  criar(): Promise<Chave>
  apagarVencidas(): Promise<void>
}

export const ALGORITMO = 'EdDSA'
/** Each is tried by nobody, but all are published and kept in memory. */
export const MAXIMO_DE_CHAVES = 20
/** What a clock that is set back a little may add to a token's life. */
const FOLGA_MS = 60_000

export function criarChaves(db: Database, relogio: () => number = Date.now): Chaves {
  const emVigor = async () => {
    const linhas = await db.leitura.todos<{ jwk: string; criado_em: Instante }>(
      'select jwk, criado_em from chaves order by rowid desc',
    )
    return linhas
      .map(({ jwk, criado_em }, i): Chave => {
        const sucessora = linhas[i - 1]
        const lida = { jwk: JSON.parse(jwk) as JWK, criado_em }
        if (!sucessora) return lida
        return { ...lida, ateMs: Date.parse(sucessora.criado_em) + VIDA_DO_TOKEN_MS + FOLGA_MS }
      })
      .filter(({ ateMs = Number.POSITIVE_INFINITY }) => ateMs > relogio())
  }
  return {
    emVigor,
    async criar() {
      if ((await emVigor()).length >= MAXIMO_DE_CHAVES) {
        throw new ErroDeNegocio('limite_excedido', 'As chaves já mudaram muitas vezes há pouco.')
      }
      const jwk = await novaChave()
      const criado_em = new Date(relogio()).toISOString() as Instante
      await db.transacao((tx) => guardarChave(tx, jwk, criado_em))
      return { jwk, criado_em }
    },
    async apagarVencidas() {
      const kids = (await emVigor()).map(({ jwk }) => jwk.kid)
      await db.transacao((tx) =>
        tx.executar('delete from chaves where kid not in (select value from json_each($1))', [
          JSON.stringify(kids),
        ]),
      )
    },
  }
}

export const guardarChave = (tx: Transacao, jwk: JWK, instante: Instante): Promise<number> =>
  tx.executar('insert into chaves (kid, jwk, criado_em) values ($1, $2, $3)', [
    String(jwk.kid),
    JSON.stringify(jwk),
    instante,
  ])

/** Named by its own digest (RFC 7638), so that the same key has the same name everywhere. */
export async function novaChave(): Promise<JWK> {
  const par = await generateKeyPair(ALGORITMO, { crv: 'Ed25519', extractable: true })
  const jwk = await exportJWK(par.privateKey)
  return { ...jwk, alg: ALGORITMO, use: 'sig', kid: await calculateJwkThumbprint(jwk) }
}
