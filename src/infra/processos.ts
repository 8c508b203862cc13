// How each process of the product is started, by whoever supervises it.
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url))

/**
 * Room for what is young. Batches of messages that die in it are never copied: measured, 32 MB cost
 * a third less CPU an order than 8 do, and what a flood leaves of it is given back (repouso.ts).
 */
const NOVOS = '--max-semi-space-size=32'

/** argv after the node binary. */
export const argumentosDe = (nome: string): readonly string[] => [...[NOVOS, MAIN, 'servico', nome]]
