// How a stream begins: from which place on, after telling what already happened to the order that
// it is about.
import type { PedidoVisivel } from '../../servicos/pedidos/consultas.ts'
import type { Mudanca, Mudancas } from '../../servicos/pedidos/mudancas.ts'
import {
  ABERTURA,
  acabou,
  mensagemDeFim,
  mensagemDeLugar,
  mensagemDeReinicio,
  mensagemDeStatus,
} from './mensagens.ts'
import type { Saida } from './saida.ts'

export interface Comeco {
  /** The log never came to where the client says that it was. */
  readonly reinicio: boolean
  readonly passadas: readonly Mudanca[]
  /** Where the live part goes on from. */
  readonly lugar: number
  /** The last of them, when nothing follows it. */
  readonly fim: Mudanca | undefined
}

/** A stream about many orders, in a log that ends at `fim`: after `apos`, else from now on. */
export function comecoEm(fim: number, apos = fim): Comeco {
  const reinicio = apos > fim
  return { reinicio, passadas: [], lugar: reinicio ? fim : apos, fim: undefined }
}

/**
 * `lidas`: all the order's changes; `apos`: the last that the client has. `undefined` when the
 * client already has the end.
 */
export function comecoDe(
  pedido: PedidoVisivel,
  lidas: Mudancas,
  apos: number | undefined,
): Comeco | undefined {
  const { ate: lugar, mudancas } = lidas
  const ultima = mudancas.at(-1)
  if (!ultima && pedido.origem === 'historico') {
    return apos === undefined ? doHistorico(pedido, lugar) : undefined
  }
  const fim = ultima && acabou(ultima.status) ? ultima : undefined
  const reinicio = apos !== undefined && apos > lugar
  if (fim && !reinicio && apos !== undefined && apos >= fim.id) return undefined
  const desde = reinicio ? 0 : (apos ?? 0)
  return { reinicio, passadas: mudancas.filter(({ id }) => id > desde), lugar, fim }
}

/** Imported, it has no log: it stands where it stands. */
function doHistorico(pedido: PedidoVisivel, lugar: number): Comeco {
  const { id: pedido_id, cliente_id, status, motivo, arquitetura, atualizado_em } = pedido
  const instante = atualizado_em
  const presente = { id: lugar, pedido_id, cliente_id, status, motivo, arquitetura, instante }
  return { reinicio: false, passadas: [presente], lugar, fim: presente }
}

export function comecar(saida: Saida, { reinicio, passadas, lugar, fim }: Comeco): void {
  saida.escrever(ABERTURA)
  if (reinicio) saida.escrever(mensagemDeReinicio(lugar))
  for (const mudanca of passadas) saida.escrever(mensagemDeStatus(mudanca))
  saida.escrever(fim ? mensagemDeFim(fim) : mensagemDeLugar(lugar))
}
