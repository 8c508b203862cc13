// Ports that are free now, known before the system opens, so that test files run beside each other
// and beside a started product.
import { SERVICOS } from '../../src/contratos/ids.ts'
import { lerConfiguracao } from '../../src/infra/configuracao.ts'
import { ambienteDasPortas, enderecosDas, escolherPortas } from '../../src/infra/enderecos.ts'
import type { EnderecosHttp } from '../../src/infra/servico_aberto.ts'

const QUALQUER = Object.fromEntries(
  [...SERVICOS, 'gateway'].map((nome) => [`${nome.toUpperCase()}_PORTA`, '0']),
)

export interface PortasLivres {
  readonly ambiente: Record<string, string>
  readonly enderecos: EnderecosHttp
}

export async function portasLivres(): Promise<PortasLivres> {
  const portas = await escolherPortas(lerConfiguracao(QUALQUER))
  return { ambiente: ambienteDasPortas(portas), enderecos: enderecosDas(portas) }
}
