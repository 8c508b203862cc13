// Ports that are free now, known before the system opens, so that test files run beside each other
// and beside a started product.
import { lerConfiguracao } from '../../src/infra/configuracao.ts'
import {
  ambienteDasPortas,
  type EnderecosHttp,
  enderecosDas,
  escolherPortas,
  QUAISQUER_PORTAS,
} from '../../src/infra/enderecos.ts'

export interface PortasLivres {
  readonly ambiente: Record<string, string>
  readonly enderecos: EnderecosHttp
}

export async function portasLivres(): Promise<PortasLivres> {
  const portas = await escolherPortas(lerConfiguracao(QUAISQUER_PORTAS))
  return { ambiente: ambienteDasPortas(portas), enderecos: enderecosDas(portas).rest }
}
