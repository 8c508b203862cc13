// How each process of the product is started, by whoever supervises it.
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url))

/**
 * Thousands of connections come and go at the gateway, and what is young then makes V8 ask for
 * memory that it does not give back: measured with a thousand streams, 112 MB in place of 145.
 */
const DO_GATEWAY = ['--max-semi-space-size=8'] as const

/** argv after the node binary. */
export const argumentosDe = (nome: string): readonly string[] => [
  ...(nome === 'gateway' ? DO_GATEWAY : []),
  ...[MAIN, 'servico', nome],
]
