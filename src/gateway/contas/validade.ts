// From when and until when a token is good, for what lasts longer than the request that it came
// with.
import { decodeJwt } from 'jose'

/** Epoch milliseconds. `token` was verified by whoever let the request in: here it is only read. */
export function validadeDe(token: string): { readonly deMs: number; readonly ateMs: number } {
  const { iat = 0, exp = 0 } = decodeJwt(token)
  return { deMs: iat * 1_000, ateMs: exp * 1_000 }
}
