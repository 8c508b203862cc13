// Until when a token is good, for what lasts longer than the request that it came with.
import { decodeJwt } from 'jose'

/** Epoch milliseconds. `token` was verified by whoever let the request in: here it is only read. */
export const expiraEmMs = (token: string): number => (decodeJwt(token).exp ?? 0) * 1_000
