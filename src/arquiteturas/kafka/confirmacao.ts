// Tells the group what is done with: ten times a second, and a last time at the end.
import { setTimeout as esperar } from 'node:timers/promises'
import { pontoDeQueda } from '../../persistencia/queda.ts'
import { type ConexaoKafka, nomeNoCluster, SEM_EPOCA } from './conexao.ts'
import type { Consumo } from './consumo.ts'
import type { Vida } from './membro.ts'
import type { Lugar } from './trilhas.ts'

const CONFIRMAR_MS = 100

export interface Confirmacao {
  /**
   * From now on for the generation of this life, or for nobody's while none is read. What was owed
   * before is forgotten: it is read again, and the topics may be others by now. What is confirmed
   * late nevertheless is true of the log it was read from: its epoch says which (truncamento.ts).
   */
  porConta(vida: Vida | undefined): void
  /**
   * For nobody's from now on; resolves when none is on its way to the group. One that arrived after
   * its member had left would have the client join again, without its topics.
   */
  largar(): Promise<unknown>
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
  let vida: Vida | undefined
  let confirmando = Promise.resolve(false)

  async function confirmarDevidos(): Promise<void> {
    for (const lugar of consumo.tomarConfirmaveis()) {
      devidos.set(`${lugar.topico}/${lugar.particao}`, lugar)
    }
    if (devidos.size === 0) return
    pontoDeQueda('antes_de_confirmar')
    // What could not be confirmed is confirmed with the next, or read again.
    confirmando = confirmar(vida, conexao, [...devidos.values()])
    if (await confirmando) devidos.clear()
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
  function porConta(nova: Vida | undefined): void {
    vida = nova
    devidos.clear()
  }
  return {
    porConta,
    largar() {
      porConta(undefined)
      return confirmando
    },
    fim: sempre(),
  }
}

async function confirmar(
  vida: Vida | undefined,
  conexao: ConexaoKafka,
  lugares: readonly Lugar[],
): Promise<boolean> {
  if (!vida?.lembrada()) return false
  const offsets = lugares.map(({ topico, particao, offset, epoca = SEM_EPOCA }) => ({
    topic: nomeNoCluster(conexao, topico),
    partition: particao,
    offset,
    leaderEpoch: epoca,
  }))
  return vida.membro.commit({ offsets }).then(
    () => true,
    () => false,
  )
}
