// How each process of the product is started, by whoever supervises it.
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
/** Compiled code, for what lives too shortly to keep its own; nobody else writes here. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/quatrovias', import.meta.url))

/**
 * Room for what is young, in MB. Batches of messages that die in it are never copied: measured, 32
 * cost a third less CPU an order than 8 do, and what a flood leaves of it is given back
 * (repouso.ts). The gateway has no batches, and streams that stay: there 8 weigh 50 MB less.
 */
const novosMb = (nome: string): number => (nome === 'gateway' ? 8 : 32)

/** argv after the node binary. */
export const argumentosDe = (nome: string): readonly string[] => [
  ...[`--max-semi-space-size=${novosMb(nome)}`, MAIN, 'servico', nome],
]
