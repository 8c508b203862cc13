// Which server runs in a directory, for whoever starts there next. INT: TERM waits for all clients.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anotacoesDe } from '../sobra.ts'
import { caminhoDosDados, pastaDoPostgres } from './lugar.ts'

export const SINAL = 'SIGINT'
/** In postmaster.pid, as PostgreSQL documents it: pid, data directory, start time, port. */
const LINHA_DA_PORTA = 3

export const {
  anotar: anotarServidor,
  esquecer: esquecerServidor,
  processoEm: servidorEm,
  encerrarSobra,
} = anotacoesDe('postgres', SINAL)

/** As the server that runs in `diretorio` noted it. */
export function portaDoServidor(diretorio: string): number | undefined {
  try {
    const caminho = join(caminhoDosDados(pastaDoPostgres(diretorio)), 'postmaster.pid')
    return Number(readFileSync(caminho, 'utf8').split('\n')[LINHA_DA_PORTA]) || undefined
  } catch {
    return undefined
  }
}
