// Follows pedidos' log for all who listen, while anybody does: one question at a time, from the
// last place read. Since that is a place in the log, nothing is lost when pedidos, or the question,
// dies: the next one asks from there.
import { setTimeout as esperar } from 'node:timers/promises'
import { esperaAposQueda } from '../../infra/supervisao/backoff.ts'
import type { Mudanca } from '../../servicos/pedidos/mudancas.ts'
import type { Fonte } from './fonte.ts'
import type { Janela } from './janela.ts'

/** Under load, changes gather for so long: dozens of questions a second rather than thousands. */
const PAUSA_MS = 25
const MAIOR_PAUSA_MS = 2_000

export interface OuvinteDoLog {
  /** The window has reached where the log ended when the following began. */
  emDia(): void
  /** They are in the window already. */
  chegaram(novas: readonly Mudanca[]): void
  /** The log is behind what was read of it (a copy was restored): what was told does not hold. */
  recomecou(): void
  /** Once for each outage. */
  falhou(erro: unknown): void
}
export interface Seguidor {
  readonly emDia: boolean
  ligar(ouvinte: OuvinteDoLog): void
  desligar(): void
}
export type Pausar = (ms: number, sinal: AbortSignal) => Promise<unknown>

const pausarDeVerdade: Pausar = (ms, signal) =>
  esperar(ms, undefined, { signal }).catch(() => undefined)

export function criarSeguidor(fonte: Fonte, janela: Janela, pausar = pausarDeVerdade): Seguidor {
  let rodada: AbortController | undefined
  let emDia = false

  /** Near enough, it goes on from where it was left; else the newest are enough. */
  function situar(fim: number): void {
    const longe = fim - janela.fim > janela.maior
    if (longe || fim < janela.fim) janela.recomecar(Math.max(0, fim - janela.maior))
  }

  /** Whether the log went on from where it was left. */
  async function passo(sinal: AbortSignal, ouvinte: OuvinteDoLog, meta: number): Promise<boolean> {
    const lidas = await fonte.apos(janela.fim, emDia, sinal)
    if (sinal.aborted) return true
    if (lidas.ate < janela.fim) {
      janela.recomecar(lidas.ate)
      ouvinte.recomecou()
      return false
    }
    janela.acrescentar(lidas)
    if (emDia) {
      ouvinte.chegaram(lidas.mudancas)
      return true
    }
    emDia = janela.fim >= meta
    if (emDia) ouvinte.emDia()
    return true
  }

  async function seguir(sinal: AbortSignal, ouvinte: OuvinteDoLog): Promise<void> {
    let meta: number | undefined
    let falhas = 0
    while (!sinal.aborted) {
      try {
        if (meta === undefined) {
          const fim = await fonte.fim(sinal)
          if (sinal.aborted) return
          situar(fim)
          meta = fim
        }
        const seguiu = await passo(sinal, ouvinte, meta)
        falhas = 0
        // The end that was to be reached may be gone too.
        if (!seguiu) meta = undefined
        if (emDia || !seguiu) await pausar(PAUSA_MS, sinal)
      } catch (erro) {
        if (sinal.aborted) return
        falhas += 1
        if (falhas === 1) ouvinte.falhou(erro)
        await pausar(Math.min(MAIOR_PAUSA_MS, esperaAposQueda(falhas)), sinal)
      }
    }
  }

  return {
    get emDia() {
      return emDia
    },
    ligar(ouvinte) {
      if (rodada) return
      rodada = new AbortController()
      void seguir(rodada.signal, ouvinte)
    },
    desligar() {
      rodada?.abort()
      rodada = undefined
      emDia = false
    },
  }
}
