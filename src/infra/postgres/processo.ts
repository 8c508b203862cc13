// Which server runs in a directory, for whoever starts there next. INT: TERM waits for all clients.
import { anotacoesDe } from '../sobra.ts'

export const SINAL = 'SIGINT'

export const {
  anotar: anotarServidor,
  esquecer: esquecerServidor,
  processoEm: servidorEm,
  encerrarSobra,
} = anotacoesDe('postgres', SINAL)
