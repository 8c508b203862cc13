// Where each command goes over gRPC: the unary method that carries it. `mensagens.ts` says what its
// fields mean, the generated code how they are encoded.
import type { MethodDefinition } from '@grpc/grpc-js'
import { destino, type TipoComando } from '../../contratos/comandos.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import type { Enviavel } from '../mensagens.ts'
import { AntifraudeService } from './gerado/antifraude.ts'
import type { Trilha } from './gerado/comum.ts'
import { EstoqueService } from './gerado/estoque.ts'
import { FiscalService } from './gerado/fiscal.ts'
import { LogisticaService } from './gerado/logistica.ts'
import { PagamentoService } from './gerado/pagamento.ts'

/** A message as the generated code has it; those of the flow may carry a trail. */
export type Corpo = Readonly<Record<string, unknown>> & { readonly trilha?: Trilha | undefined }
export type Metodo = MethodDefinition<Corpo, Corpo>

const metodos = {
  AnalisarPedido: AntifraudeService.analisarPedido,
  AutorizarPagamento: PagamentoService.processarPagamento,
  Estornar: PagamentoService.estornarPagamento,
  SepararEstoque: EstoqueService.separarEstoque,
  LiberarEstoque: EstoqueService.liberarEstoque,
  EmitirNota: FiscalService.emitirNota,
  CancelarNota: FiscalService.cancelarNota,
  AgendarEnvio: LogisticaService.agendarEnvio,
  CancelarEnvio: LogisticaService.cancelarEnvio,
  ConfirmarEntrega: LogisticaService.confirmarEntrega,
} as const satisfies Record<Enviavel, unknown>

export const metodoDe = (tipo: TipoComando): Metodo | undefined =>
  (metodos as unknown as Partial<Record<TipoComando, Metodo>>)[tipo]

/** The commands that one service decides, each with its method. */
export const metodosDe = (nome: NomeServico): [Enviavel, Metodo][] =>
  (Object.entries(metodos) as unknown as [Enviavel, Metodo][]).filter(
    ([tipo]) => destino[tipo] === nome,
  )

/** What the contract's fields say: protobuf cannot tell an empty one from an absent one. */
export function semVazios(corpo: Corpo): Record<string, unknown> {
  const presentes: Record<string, unknown> = {}
  for (const [nome, valor] of Object.entries(corpo)) {
    const vazio = valor === undefined || valor === '' || (Array.isArray(valor) && !valor.length)
    if (!vazio) presentes[nome] = valor
  }
  return presentes
}
