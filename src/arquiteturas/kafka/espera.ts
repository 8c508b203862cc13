// An order that waits too long for a service which is somebody else's is given up by pedidos (K7):
// cancelled as its client could have done, so that what was charged goes back.
import { setTimeout as esperar } from 'node:timers/promises'
import { envelopar, type Servico } from '../../contratos/envelope.ts'
import { comoErro, type ErroDeNegocio } from '../../contratos/errors.ts'
import type { StatusPedido } from '../../contratos/eventos.ts'
import type { Instante, Substituivel } from '../../contratos/ids.ts'
import type { Ausencias } from '../arquitetura.ts'

export const MOTIVO_DA_AUSENCIA = 'servico_ausente'

const POR_RODADA = 100
const RODADA_MS = 1_000

/** Where an order stands while the service has it. */
const STATUS_NA_ESPERA: Readonly<Record<Substituivel, StatusPedido>> = {
  antifraude: 'pendente',
  pagamentos: 'pendente',
  estoque: 'pagamento_aprovado',
  fiscal: 'em_separacao',
  logistica: 'nf_emitida',
}

export interface PartesDaEspera {
  readonly servico: Servico
  readonly ausencias: Ausencias
  /** Age of the oldest event of pedidos that is not in the topics yet. */
  publicacaoAtrasadaMs(): Promise<number>
  /** Of what the others say to pedidos, no more is unread than it handles at once. */
  leituraEmDia(): Promise<boolean>
  /** Once for each outage. */
  aoFalhar(erro: ErroDeNegocio): void
}

/** Runs until the signal aborts; at most POR_RODADA orders of each status a second. */
export async function desistirSempre(partes: PartesDaEspera, signal: AbortSignal): Promise<void> {
  const { ausentes, esperaMs } = partes.ausencias
  const status = new Set(ausentes.map((nome) => STATUS_NA_ESPERA[nome]))
  /** What we could not say to the other, or hear from it, the other is not to blame for. */
  let emDiaDesde = performance.now()
  let falhou = false

  async function umaRodada(): Promise<void> {
    if (await emAtraso(partes)) emDiaDesde = performance.now()
    if (performance.now() - emDiaDesde < esperaMs) return
    for (const um of status) await desistir(partes, um)
  }

  while (!signal.aborted) {
    try {
      await umaRodada()
      falhou = false
    } catch (erro) {
      if (!falhou) partes.aoFalhar(comoErro(erro))
      falhou = true
    }
    await esperar(RODADA_MS, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

const emAtraso = async (partes: PartesDaEspera): Promise<boolean> =>
  (await partes.publicacaoAtrasadaMs()) > RODADA_MS || !(await partes.leituraEmDia())

async function desistir(partes: PartesDaEspera, status: StatusPedido): Promise<void> {
  const { servico, ausencias } = partes
  const ate = new Date(Date.now() - ausencias.esperaMs).toISOString() as Instante
  const pedidos = await ausencias.esperando(status, ate, POR_RODADA)
  const envelopes = pedidos.map(({ id, traceparent }) =>
    envelopar(
      { tipo: 'SolicitarCancelamento', pedido_id: id, motivo: MOTIVO_DA_AUSENCIA },
      { arquitetura: 'kafka', traceparent },
    ),
  )
  const resultados = await servico.handle(envelopes)
  const falha = resultados.find((resultado) => !resultado.ok)
  if (falha) throw falha.erro
}
