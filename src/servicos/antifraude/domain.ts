// Scores an order from 0 to 100 and refuses it at 100. The rules are configuration.
import { type AnalisarPedido, doPedido } from '../../contratos/comandos.ts'
import type { AnaliseAprovada, AnaliseReprovada } from '../../contratos/eventos.ts'
import type { Instante } from '../../contratos/ids.ts'

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

/** When the client's earlier orders were analysed, as far back as the window may reach. */
export interface Estado {
  readonly anteriores: readonly Instante[]
}
export interface Preparo {
  readonly regras: Regras
  readonly sucesso: boolean
}

interface Pronto {
  readonly comando: AnalisarPedido
  readonly instante: Instante
  readonly preparo: Preparo
}
type Resposta = AnaliseAprovada | AnaliseReprovada

export function decide(estado: Estado, { comando, instante, preparo }: Pronto): Resposta {
  const { tipo: _, ...dados } = comando
  const recentes = recentesEm(estado, instante, preparo.regras)
  const analisado_em = instante
  const motivo = motivoDaRecusa(recentes, comando, preparo)
  if (!motivo) {
    const pontos = pontuacao(recentes, comando, preparo)
    return { ...dados, tipo: 'AnaliseAprovada', pontuacao: pontos, analisado_em }
  }
  return { ...doPedido(comando), tipo: 'AnaliseReprovada', motivo, pontuacao: 100, analisado_em }
}

/** Orders of the same client inside the window that ends with this one. */
function recentesEm({ anteriores }: Estado, instante: Instante, { janelaMs }: Regras): number {
  const inicio = Date.parse(instante) - janelaMs
  return anteriores.filter((anterior) => Date.parse(anterior) > inicio).length
}

function motivoDaRecusa(recentes: number, comando: AnalisarPedido, { regras, sucesso }: Preparo) {
  if (regras.didatica && comando.pedido_id % 3 === 0) return 'regra_didatica'
  if (regras.valorMaximoCentavos > 0 && comando.valor_centavos > regras.valorMaximoCentavos) {
    return 'valor_acima_do_limite'
  }
  if (regras.pedidosNaJanela > 0 && recentes >= regras.pedidosNaJanela) {
    return 'muitos_pedidos_em_pouco_tempo'
  }
  return sucesso ? undefined : 'falha_na_analise'
}

/** How close the order comes to the nearest limit, below the 100 that refuses. */
function pontuacao(recentes: number, comando: AnalisarPedido, { regras }: Preparo): number {
  const parte = (valor: number, limite: number) => (limite > 0 ? valor / limite : 0)
  const maior = Math.max(
    parte(comando.valor_centavos, regras.valorMaximoCentavos),
    parte(recentes, regras.pedidosNaJanela),
  )
  return Math.min(99, Math.floor(maior * 99))
}

export const evolve = ({ anteriores }: Estado, evento: Resposta): Estado => ({
  anteriores: [...anteriores, evento.analisado_em],
})
