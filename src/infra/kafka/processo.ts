// Which Java process runs in a directory, for whoever starts there next.
import { anotacoesDe } from '../sobra.ts'

export const {
  anotar: anotarBroker,
  esquecer: esquecerBroker,
  processoEm: brokerEm,
  encerrarSobra,
} = anotacoesDe('kafka', 'SIGTERM')
