// The sender of one channel: takes what is due from the outbox, the oldest first, some orders at a
// time and each order in its order. It sleeps until somebody wakes it or something is due.
import { insistir, PACIENCIA } from '../../arquiteturas/kafka/inbound.ts'
import { comoErro } from '../../contratos/errors.ts'
import type { Instante, PedidoId } from '../../contratos/ids.ts'
import { type Campainha, criarCampainha } from './campainha.ts'
import type { Marca, Outbox, Pendente } from './outbox.ts'
import { type Meios, tentar } from './tentativa.ts'

/** Orders at the same time. */
const PARALELO = 10
const MAIOR_SONO_MS = 60_000
const SEM_BANCO_MS = 1_000
/** How long a stop waits for what is on its way. */
const DRENO_MS = 2_000

export interface PartesDaEntrega extends Meios {
  readonly outbox: Outbox
  /** After each try, once it is written down. */
  aoTentar(pendente: Pendente, marca: Marca): void
  avisar(mensagem: string, campos: object): void
}
export interface Entrega extends AsyncDisposable {
  /** There may be something new. */
  acordar(): void
}

export function entregarSempre(partes: PartesDaEntrega): Entrega {
  const { outbox, canal, relogio, avisar } = partes
  const fim = new AbortController()
  const corte = new AbortController()
  const emVoo = new Map<PedidoId, Promise<void>>()
  const campainha = criarCampainha()

  /** Until it is written down what became of it, nobody may try it again. */
  async function entregar(pendente: Pendente): Promise<void> {
    const marca = await tentar(pendente, partes, corte.signal)
    const anotar = () => outbox.marcar(marca).then(() => undefined)
    await insistir(anotar, () => true, PACIENCIA, corte.signal)
    partes.aoTentar(pendente, marca)
  }

  function comecar(pendente: Pendente): void {
    const indo = entregar(pendente)
      // Cut by the end of the process: it is still in the outbox.
      .catch((erro: unknown) => {
        if (!corte.signal.aborted) avisar('a entrega parou', { err: comoErro(erro).cause ?? erro })
      })
      .finally(() => {
        emVoo.delete(pendente.pedido_id)
        campainha.tocar()
      })
    emVoo.set(pendente.pedido_id, indo)
  }

  /** Answers how long nothing else will be due. */
  async function tomar(): Promise<number> {
    const agora = new Date(relogio()).toISOString() as Instante
    // As many as are on their way may be among them, and as many again are wanted.
    for (const pendente of await outbox.devidas(canal.nome, agora, 2 * PARALELO)) {
      if (emVoo.size >= PARALELO) break
      if (!emVoo.has(pendente.pedido_id)) comecar(pendente)
    }
    const proxima = await outbox.proxima(canal.nome, agora)
    return proxima === undefined ? MAIOR_SONO_MS : Date.parse(proxima) - relogio()
  }

  const rodando = rodar(tomar, campainha, avisar, fim.signal)
  return {
    acordar: campainha.tocar,
    async [Symbol.asyncDispose]() {
      fim.abort()
      await rodando
      const prazo = setTimeout(() => corte.abort(), DRENO_MS)
      await Promise.all(emVoo.values())
      clearTimeout(prazo)
    },
  }
}

async function rodar(
  tomar: () => Promise<number>,
  campainha: Campainha,
  avisar: PartesDaEntrega['avisar'],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const sonoMs = await tomar().catch((erro: unknown) => {
      avisar('o banco das notificações não respondeu', { err: erro })
      return SEM_BANCO_MS
    })
    await campainha.esperar(Math.min(Math.max(sonoMs, 0), MAIOR_SONO_MS), signal)
  }
}
