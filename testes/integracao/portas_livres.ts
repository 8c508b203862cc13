// Port 0 for every service, so that test files run beside each other and beside a started product.
import { SERVICOS } from '../../src/contratos/ids.ts'

export const PORTAS_LIVRES: Readonly<Record<string, string>> = Object.fromEntries(
  [...SERVICOS, 'gateway'].map((nome) => [`${nome.toUpperCase()}_PORTA`, '0']),
)
