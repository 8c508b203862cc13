// Schedules the shipment, and is the single arbiter of a cancellation (K7): whichever of the two
// is decided here first stands.
import {
  type AgendarEnvio,
  type CancelarEnvio,
  type ConfirmarEntrega,
  doPedido,
} from '../../contratos/comandos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type {
  CancelamentoRecusado,
  EntregaConfirmada,
  EnvioAgendado,
  EnvioCancelado,
  EnvioIndisponivel,
} from '../../contratos/eventos.ts'
import { codigoDeRastreamento } from '../../contratos/rastreamento.ts'

export type Estado =
  | 'nenhum'
  | 'aguardando_envio'
  | 'enviado'
  | 'entregue'
  | 'indisponivel'
  | 'cancelado'
export type Comandos = AgendarEnvio | CancelarEnvio | ConfirmarEntrega
export type Respostas =
  | EnvioAgendado
  | EnvioIndisponivel
  | EnvioCancelado
  | CancelamentoRecusado
  | EntregaConfirmada
export interface Preparo {
  readonly sucesso: boolean
}

export function decide(
  estado: Estado,
  { comando, preparo }: { comando: Comandos; preparo: Preparo },
): Respostas {
  const base = doPedido(comando)
  switch (comando.tipo) {
    case 'AgendarEnvio': {
      const motivo = motivoDaRecusa(estado, preparo)
      if (motivo) return { ...base, tipo: 'EnvioIndisponivel', motivo }
      const codigo_rastreamento = codigoDeRastreamento(serie(comando.pedido_id))
      return { ...base, tipo: 'EnvioAgendado', codigo_rastreamento }
    }
    case 'CancelarEnvio':
      return jaEnviado(estado)
        ? { ...base, tipo: 'CancelamentoRecusado', motivo: 'pedido_ja_enviado' }
        : { ...base, tipo: 'EnvioCancelado', motivo: comando.motivo }
    case 'ConfirmarEntrega':
      if (!jaEnviado(estado)) throw new ErroDeNegocio('envio_nao_agendado')
      return { ...base, tipo: 'EntregaConfirmada' }
    default:
      return comando satisfies never
  }
}

/** S10 has a hundred million serial numbers; the post, too, uses them again after a while. */
const serie = (pedido: number): number => pedido % 100_000_000

const jaEnviado = (estado: Estado): boolean => estado === 'enviado' || estado === 'entregue'

function motivoDaRecusa(estado: Estado, { sucesso }: Preparo): string | undefined {
  if (estado === 'cancelado') return 'cancelado'
  if (estado !== 'nenhum') return 'pedido_ja_processado'
  return sucesso ? undefined : 'sem_transportadora'
}

export function evolve(estado: Estado, evento: Respostas): Estado {
  switch (evento.tipo) {
    case 'EnvioAgendado':
      return 'enviado'
    case 'EnvioIndisponivel':
      return estado === 'nenhum' ? 'indisponivel' : estado
    case 'EnvioCancelado':
      return estado === 'indisponivel' ? estado : 'cancelado'
    case 'CancelamentoRecusado':
      return estado
    case 'EntregaConfirmada':
      return 'entregue'
    default:
      return evento satisfies never
  }
}
