// The doors that only pedidos has, whatever carries them: what a new order must say, and what its
// client is told in the end.
import * as z from 'zod'
import type { ComandoDe } from '../contratos/comandos.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { NomeArquitetura, PedidoId } from '../contratos/ids.ts'
import type { ConsultasDePedidos, PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import type { Trilha } from './arquitetura.ts'
import * as campos from './campos.ts'

/** Any text a client may use to name its attempt, of a bounded length and printable. */
export const chaveDeIdempotencia = z.string().regex(/^[\x21-\x7e]{1,128}$/)

export function lerChave(dada: unknown): string {
  const chave = chaveDeIdempotencia.safeParse(dada)
  if (chave.success) return chave.data
  const malFeita =
    'A Idempotency-Key deve ter de 1 a 128 caracteres visíveis, sem acento nem espaço.'
  throw new ErroDeNegocio('chave_de_idempotencia_ausente', dada ? malFeita : undefined)
}

export const corpoDePedido = z.object({
  cliente_id: campos.clienteId,
  itens: campos.itens,
  metodo: campos.metodo,
  total_esperado_centavos: campos.centavos.optional(),
  chave_simulacao: campos.chaveDeSimulacao.optional(),
})

export function comoCriarPedido(
  { total_esperado_centavos, chave_simulacao, ...corpo }: z.output<typeof corpoDePedido>,
  chave: string,
): ComandoDe<'CriarPedido'> {
  return {
    ...corpo,
    tipo: 'CriarPedido',
    chave,
    ...(total_esperado_centavos !== undefined && { total_esperado_centavos }),
    ...(chave_simulacao !== undefined && { chave_simulacao }),
  }
}

export const MOTIVO_PADRAO = 'cancelado_pelo_cliente'

/** A new order goes by an architecture that is open here, or is not accepted. */
export function exigirAberta(abertas: readonly NomeArquitetura[], pedida: string): void {
  if (abertas.some((nome) => nome === pedida)) return
  const nomes = abertas.join(', ')
  throw new ErroDeNegocio('arquitetura_fechada', `Esta arquitetura não está aberta; há: ${nomes}.`)
}

/** The order at its end, or accepted and still under way for the reason `falha`. */
export type Atendido =
  | { readonly pedido: PedidoVisivel; readonly repetido: boolean }
  | { readonly emAndamento: PedidoId; readonly falha: ErroDeNegocio }

/** Throws what kept the request from being accepted, a refused cancellation included. */
export async function concluir(
  consultas: ConsultasDePedidos,
  { passos, falha }: Trilha,
): Promise<Atendido> {
  const primeiro = passos[0]
  if (!primeiro) throw falha ?? new ErroDeNegocio('defeito')
  const id = primeiro.evento.pedido_id
  const pedido = await consultas.pedido(id)
  for (const { evento } of passos) {
    if (evento.tipo === 'CancelamentoRecusado') throw recusado(evento.motivo, pedido)
  }
  if (falha) return { emAndamento: id, falha: comoEmAndamento(id, falha) }
  if (!pedido) throw new ErroDeNegocio('pedido_desconhecido')
  return { pedido, repetido: primeiro.repetido }
}

function recusado(motivo: string, pedido: PedidoVisivel | undefined): ErroDeNegocio {
  if (motivo === 'pedido_ja_enviado') return new ErroDeNegocio('pedido_ja_enviado')
  return new ErroDeNegocio('pedido_encerrado', `O pedido já terminou: ${pedido?.status}.`)
}

function comoEmAndamento(id: PedidoId, falha: ErroDeNegocio): ErroDeNegocio {
  const detalhe = falha.canRetry
    ? `O pedido ${id} foi aceito e será concluído; consulte-o em /pedidos/${id}.`
    : `O pedido ${id} foi aceito e espera por uma pessoa (${falha.codigo}).`
  return new ErroDeNegocio('pedido_em_andamento', detalhe)
}
