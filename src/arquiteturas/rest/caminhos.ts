// Where each command goes over HTTP. `:pedido_id` in a path joins the body before it is read.
import type { TipoComando } from '../../contratos/comandos.ts'
import type { Enviavel } from '../mensagens.ts'

const caminhos: Readonly<Record<Enviavel, string>> = {
  AnalisarPedido: '/analises',
  AutorizarPagamento: '/pagamentos',
  SepararEstoque: '/estoque/separar',
  EmitirNota: '/notas',
  AgendarEnvio: '/envios',
  ConfirmarEntrega: '/envios/:pedido_id/entregar',
  Estornar: '/pagamentos/:pedido_id/estorno',
  LiberarEstoque: '/estoque/:pedido_id/liberar',
  CancelarNota: '/notas/:pedido_id/cancelar',
  CancelarEnvio: '/envios/:pedido_id/cancelar',
}

export const caminhoDe = (tipo: TipoComando): string | undefined =>
  (caminhos as Partial<Record<TipoComando, string>>)[tipo]
