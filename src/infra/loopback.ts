// This machine speaking to itself: the addresses that nobody outside of it reaches, and the names
// that a `Host` has for them.

const LOOPBACK = /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i

/** Of an IP address. */
export const ehLoopback = (endereco: string): boolean => LOOPBACK.test(endereco)

/** Of a `Host` header, with its port or without. */
export function hostEhLoopback(host: string): boolean {
  const nome = host.replace(/:\d*$/, '').toLowerCase()
  return nome === 'localhost' || ehLoopback(nome.replace(/^\[(.*)\]$/, '$1'))
}
