// Scores an order from 0 to 100 and refuses it at 100. The rules are configuration.
import { type AnalisarPedido, doPedido } from '../../contratos/comandos.ts'
import type { AnaliseAprovada, AnaliseReprovada } from '../../contratos/eventos.ts'

export interface Regras {
  /** Orders above this are refused; 0 turns the rule off. */
  readonly valorMaximoCentavos: number
  /** Orders of one client within the window before the next is refused; 0 turns the rule off. */
  readonly pedidosNaJanela: number
  readonly janelaMs: number
  /** The reference's didactic rule: every third order number is a fraud. */
  readonly didatica: boolean
}
export const REGRAS_PADRAO: Regras = {
  valorMaximoCentavos: 5_000_000,
  pedidosNaJanela: 0,
  janelaMs: 60_000,
  didatica: false,
}

/** Orders of the same client inside the window that ends with this one. */
export interface Estado {
  readonly recentes: number
}
export interface Preparo {
  readonly regras: Regras
  readonly sucesso: boolean
}

type Resposta = AnaliseAprovada | AnaliseReprovada

export function decide(
  estado: Estado,
  { comando, preparo }: { comando: AnalisarPedido; preparo: Preparo },
): Resposta {
  const { tipo: _, ...dados } = comando
  const motivo = motivoDaRecusa(estado, comando, preparo)
  if (!motivo) {
    return { ...dados, tipo: 'AnaliseAprovada', pontuacao: pontuacao(estado, comando, preparo) }
  }
  return { ...doPedido(comando), tipo: 'AnaliseReprovada', motivo, pontuacao: 100 }
}

function motivoDaRecusa(estado: Estado, comando: AnalisarPedido, { regras, sucesso }: Preparo) {
  if (regras.didatica && comando.pedido_id % 3 === 0) return 'regra_didatica'
  if (regras.valorMaximoCentavos > 0 && comando.valor_centavos > regras.valorMaximoCentavos) {
    return 'valor_acima_do_limite'
  }
  if (regras.pedidosNaJanela > 0 && estado.recentes >= regras.pedidosNaJanela) {
    return 'muitos_pedidos_em_pouco_tempo'
  }
  return sucesso ? undefined : 'falha_na_analise'
}

/** How close the order comes to the nearest limit, below the 100 that refuses. */
function pontuacao(estado: Estado, comando: AnalisarPedido, { regras }: Preparo): number {
  const parte = (valor: number, limite: number) => (limite > 0 ? valor / limite : 0)
  const maior = Math.max(
    parte(comando.valor_centavos, regras.valorMaximoCentavos),
    parte(estado.recentes, regras.pedidosNaJanela),
  )
  return Math.min(99, Math.floor(maior * 99))
}

export const evolve = (estado: Estado, _evento: Resposta): Estado => ({
  recentes: estado.recentes + 1,
})
