// The resumer: walks on the orders whose flow was interrupted, wherever that was. Because every
// command keeps its name (K1) and answers its stored event (K4), walking again from the first
// event is always right, whatever was done before.
import { setTimeout as esperar } from 'node:timers/promises'
import { comoErro, type ErroDeNegocio } from '../contratos/errors.ts'
import type { Instante, NomeArquitetura, PedidoId } from '../contratos/ids.ts'
import type { Leitura } from '../persistencia/database.ts'
import { eventosDoPedido } from '../persistencia/diario.ts'
import type { ConsultasDePedidos, PedidoAberto } from '../servicos/pedidos/consultas.ts'
import { parar, type Trilha } from './arquitetura.ts'
import type { Raiz } from './raiz.ts'

const POR_RODADA = 50
const RODADA_MS = 1_000
const MAIOR_ESPERA_MS = 600_000

interface Espera {
  readonly ateMs: number
  readonly proximaMs: number
}

export interface OpcoesDaRetomada {
  readonly prazoDaCadeiaMs: number
  readonly rodadaMs?: number
  /** Orders by this architecture are left alone: a backlog there is no order that got stuck. */
  readonly menosAsDe?: NomeArquitetura | undefined
  /** Without an order when the round itself failed, e.g. because the database did not answer. */
  readonly aoFalhar?: (pedido: PedidoId | undefined, falha: ErroDeNegocio) => void
}

/** Runs until the signal aborts; at most 50 orders a second, each ever more rarely. */
export async function retomarSempre(
  raiz: Raiz,
  consultas: ConsultasDePedidos,
  leitura: Leitura,
  opcoes: OpcoesDaRetomada,
  signal: AbortSignal,
): Promise<void> {
  const primeiraEsperaMs = 2 * opcoes.prazoDaCadeiaMs
  const esperas = new Map<PedidoId, Espera>()

  async function umaRodada(): Promise<void> {
    esquecerVelhas(esperas)
    const velhosAte = new Date(Date.now() - primeiraEsperaMs).toISOString() as Instante
    let apos = 0
    let retomados = 0
    while (retomados < POR_RODADA && !signal.aborted) {
      const abertos = await consultas.abertos(apos, velhosAte, POR_RODADA, opcoes.menosAsDe)
      const maduros = abertos.filter(({ id }) => (esperas.get(id)?.ateMs ?? 0) <= Date.now())
      const agora = maduros.slice(0, POR_RODADA - retomados)
      await Promise.all(agora.map((pedido) => retomarUm(pedido)))
      retomados += agora.length
      if (abertos.length < POR_RODADA) break
      apos = abertos.at(-1)!.id
    }
  }

  async function retomarUm({ id }: PedidoAberto): Promise<void> {
    const { falha } = await retomarPedido(raiz, leitura, id).catch((erro) => parar(comoErro(erro)))
    if (!falha) {
      esperas.delete(id)
      return
    }
    const ms = esperas.get(id)?.proximaMs ?? primeiraEsperaMs
    esperas.set(id, { ateMs: Date.now() + ms, proximaMs: Math.min(ms * 2, MAIOR_ESPERA_MS) })
    opcoes.aoFalhar?.(id, falha)
  }

  while (!signal.aborted) {
    await umaRodada().catch((erro) => opcoes.aoFalhar?.(undefined, comoErro(erro)))
    const pausa = esperar(opcoes.rodadaMs ?? RODADA_MS, undefined, { signal, ref: false })
    await pausa.catch(() => undefined)
  }
}

/** Orders that ended by another way are never asked for again: their waits go too. */
function esquecerVelhas(esperas: Map<PedidoId, Espera>): void {
  const velhas = Date.now() - MAIOR_ESPERA_MS
  for (const [id, { ateMs }] of esperas) if (ateMs < velhas) esperas.delete(id)
}

/** One order, now. A cancellation asked for and not refused goes first. */
export async function retomarPedido(raiz: Raiz, leitura: Leitura, id: PedidoId): Promise<Trilha> {
  const eventos = await eventosDoPedido(leitura, id)
  const cancelamento = eventos.find((e) => e.evento.tipo === 'CancelamentoSolicitado')
  if (cancelamento) {
    const trilha = await raiz.retomar(cancelamento)
    const ultimo = trilha.passos.at(-1)?.evento
    // Where the log carries the order, nobody knows yet what came of it: the other rail goes too.
    const recusado = !ultimo || ultimo.tipo === 'CancelamentoRecusado'
    if (trilha.falha || !recusado) return trilha
  }
  const entrega = eventos.find((e) => e.evento.tipo === 'EntregaSolicitada')
  const criado = eventos.find((e) => e.evento.tipo === 'PedidoCriado')
  const inicio = entrega ?? criado
  return inicio ? raiz.retomar(inicio) : { passos: [] }
}
