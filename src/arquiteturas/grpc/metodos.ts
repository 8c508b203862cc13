// Where each command goes over gRPC: the unary method that carries it. `mensagens.ts` says what its
// fields mean, the generated code how they are encoded.
import type { MethodDefinition } from '@grpc/grpc-js'
import { destino, type TipoComando } from '../../contratos/comandos.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import type { Enviavel } from '../mensagens.ts'
import { comEscritor } from './escritor.ts'
import { AnaliseRequest, AnaliseResponse, AntifraudeService } from './gerado/antifraude.ts'
import type { Trilha } from './gerado/comum.ts'
import {
  EstoqueService,
  LiberacaoRequest,
  LiberacaoResponse,
  SeparacaoRequest,
  SeparacaoResponse,
} from './gerado/estoque.ts'
import {
  CancelamentoDeNotaRequest,
  CancelamentoDeNotaResponse,
  FiscalService,
  NotaRequest,
  NotaResponse,
} from './gerado/fiscal.ts'
import {
  CancelamentoDeEnvioRequest,
  CancelamentoDeEnvioResponse,
  EntregaRequest,
  EntregaResponse,
  EnvioRequest,
  EnvioResponse,
  LogisticaService,
} from './gerado/logistica.ts'
import {
  EstornoRequest,
  EstornoResponse,
  PagamentoRequest,
  PagamentoResponse,
  PagamentoService,
} from './gerado/pagamento.ts'

/** A message as the generated code has it; those of the flow may carry a trail. */
export type Corpo = Readonly<Record<string, unknown>> & { readonly trilha?: Trilha | undefined }
export type Metodo = MethodDefinition<Corpo, Corpo>

const metodos = {
  AnalisarPedido: comEscritor(AntifraudeService.analisarPedido, AnaliseRequest, AnaliseResponse),
  AutorizarPagamento: comEscritor(
    PagamentoService.processarPagamento,
    PagamentoRequest,
    PagamentoResponse,
  ),
  Estornar: comEscritor(PagamentoService.estornarPagamento, EstornoRequest, EstornoResponse),
  SepararEstoque: comEscritor(EstoqueService.separarEstoque, SeparacaoRequest, SeparacaoResponse),
  LiberarEstoque: comEscritor(EstoqueService.liberarEstoque, LiberacaoRequest, LiberacaoResponse),
  EmitirNota: comEscritor(FiscalService.emitirNota, NotaRequest, NotaResponse),
  CancelarNota: comEscritor(
    FiscalService.cancelarNota,
    CancelamentoDeNotaRequest,
    CancelamentoDeNotaResponse,
  ),
  AgendarEnvio: comEscritor(LogisticaService.agendarEnvio, EnvioRequest, EnvioResponse),
  CancelarEnvio: comEscritor(
    LogisticaService.cancelarEnvio,
    CancelamentoDeEnvioRequest,
    CancelamentoDeEnvioResponse,
  ),
  ConfirmarEntrega: comEscritor(LogisticaService.confirmarEntrega, EntregaRequest, EntregaResponse),
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

/** Centavos: a 32-bit float of reais is exact to the cent up to here, R$ 131.071,99. */
export const MAIOR_EM_FLOAT = 13_107_199
