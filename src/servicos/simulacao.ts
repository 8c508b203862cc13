// Simulated work: how long a step takes and how often it fails, the same for the same order on
// every architecture, because each outcome is a pure function of (seed, service, order's key).
import { hash } from 'node:crypto'
import { setTimeout as esperar } from 'node:timers/promises'
import type { DoPedido } from '../contratos/comandos.ts'
import type { NomeServico } from '../contratos/ids.ts'

export interface Simulacao {
  /** Milliseconds, drawn evenly between the two. */
  readonly atraso_ms: readonly [number, number]
  /** 0 to 1. */
  readonly taxa_sucesso: number
}

const NADA: Simulacao = { atraso_ms: [0, 0], taxa_sucesso: 1 }
const RAPIDO: Simulacao = { atraso_ms: [200, 500], taxa_sucesso: 1 }

export const PERFIS = {
  realista: {
    pedidos: NADA,
    antifraude: NADA,
    pagamentos: { atraso_ms: [500, 1500], taxa_sucesso: 0.9 },
    estoque: { atraso_ms: [800, 2000], taxa_sucesso: 0.95 },
    fiscal: RAPIDO,
    logistica: RAPIDO,
    catalogo: NADA,
  },
  instantanea: {
    pedidos: NADA,
    antifraude: NADA,
    pagamentos: NADA,
    estoque: NADA,
    fiscal: NADA,
    logistica: NADA,
    catalogo: NADA,
  },
} as const satisfies Record<string, Record<NomeServico, Simulacao>>
export type Perfil = keyof typeof PERFIS

export interface Simulador {
  atual(): Simulacao & { readonly semente: number }
  mudar(nova: Partial<Simulacao & { semente: number }>): void
  /** Whether a step takes any time now. */
  demora(): boolean
  /** Waits as long as the step takes; true when the draw says it succeeds. */
  simular(pedido: DoPedido): Promise<boolean>
}

/** Evenly spread over [0, 1), decided by the words alone. */
export function sorteio(...palavras: readonly (string | number)[]): number {
  const digest = hash('sha256', palavras.join('/'), 'buffer')
  return digest.readUIntBE(0, 6) / 2 ** 48
}

export function criarSimulador(
  servico: NomeServico,
  perfil: Perfil = 'instantanea',
  semente = 1,
): Simulador {
  let atual = { ...PERFIS[perfil][servico], semente } as Simulacao & { semente: number }
  return {
    atual: () => atual,
    mudar: (nova) => {
      atual = { ...atual, ...nova }
    },
    demora: () => atual.atraso_ms[1] > 0,
    async simular(pedido) {
      const { atraso_ms, taxa_sucesso } = atual
      const chave = pedido.chave_simulacao ?? pedido.pedido_id
      const [menor, maior] = atraso_ms
      if (maior > 0) {
        await esperar(menor + (maior - menor) * sorteio(atual.semente, servico, chave, 'atraso'))
      }
      return taxa_sucesso >= 1 || sorteio(atual.semente, servico, chave, 'sucesso') < taxa_sucesso
    },
  }
}
