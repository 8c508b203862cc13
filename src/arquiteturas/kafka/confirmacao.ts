// Tells the group what is done with: ten times a second, and a last time at the end.
import { setTimeout as esperar } from 'node:timers/promises'
import { pontoDeQueda } from '../../persistencia/queda.ts'
import { type ConexaoKafka, nomeNoCluster } from './conexao.ts'
import type { Consumo } from './consumo.ts'
import { lembrado, type Membro } from './membro.ts'
import type { Lugar } from './trilhas.ts'

const CONFIRMAR_MS = 100
/** The protocol's word for none. */
const SEM_EPOCA = -1

export interface Confirmacao {
  /**
   * From now on for this member's generation, or for nobody's while none is read. What was owed
   * before is forgotten: it is read again, and the topics may be others by now. What is confirmed
   * late nevertheless is true all the same, for all below it was done.
   */
  porConta(membro: Membro | undefined): void
  /** After the signal, when nothing is in flight any more. */
  readonly fim: Promise<void>
}

export function iniciarConfirmacao<M extends Lugar>(
  consumo: Consumo<M>,
  conexao: ConexaoKafka,
  signal: AbortSignal,
): Confirmacao {
  /** By topic and partition. */
  const devidos = new Map<string, Lugar>()
  let membro: Membro | undefined

  async function confirmarDevidos(): Promise<void> {
    for (const lugar of consumo.tomarConfirmaveis()) {
      devidos.set(`${lugar.topico}/${lugar.particao}`, lugar)
    }
    if (devidos.size === 0) return
    pontoDeQueda('antes_de_confirmar')
    // What could not be confirmed is confirmed with the next, or read again.
    if (await confirmar(membro, conexao, [...devidos.values()])) devidos.clear()
    pontoDeQueda('depois_de_confirmar')
  }
  async function sempre(): Promise<void> {
    while (!signal.aborted) {
      await confirmarDevidos()
      await esperar(CONFIRMAR_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
    await consumo.ociosa()
    await confirmarDevidos()
  }
  return {
    porConta(novo) {
      membro = novo
      devidos.clear()
    },
    fim: sempre(),
  }
}

async function confirmar(
  membro: Membro | undefined,
  conexao: ConexaoKafka,
  lugares: readonly Lugar[],
): Promise<boolean> {
  // One that is not in the group now would join it by the way, and without its topics.
  if (!membro?.isActive() || !lembrado(membro)) return false
  const offsets = lugares.map(({ topico, particao, offset }) => ({
    topic: nomeNoCluster(conexao, topico),
    partition: particao,
    offset,
    leaderEpoch: SEM_EPOCA,
  }))
  return membro.commit({ offsets }).then(
    () => true,
    () => false,
  )
}
