// How each process of the product is started, by whoever supervises it.
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url))

/**
 * What is young makes V8 ask for memory that it does not give back: measured, the gateway with a
 * thousand streams 112 MB in place of 145, a service with three architectures 85 in place of 115,
 * for some 5 % of CPU in a flood.
 */
const POUCA_MEMORIA = '--max-semi-space-size=8'

/** argv after the node binary. */
export const argumentosDe = (nome: string): readonly string[] => [
  ...[POUCA_MEMORIA, MAIN, 'servico', nome],
]
