// Dead letters sent again, by a person's word or, when the fault might have passed, by themselves.
// First sent, then marked: a crash in between sends one twice, which is harmless (K4).
import { setTimeout as esperar } from 'node:timers/promises'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Instante } from '../contratos/ids.ts'
import { TOPICOS } from '../contratos/topicos.ts'
import {
  type FiltroDeMortas,
  type MortaAReenviar,
  type MortaNaLista,
  type MortasGuardadas,
  type Reenviadas,
  VALOR_OMITIDO,
} from '../servicos/pedidos/mortas_guardadas.ts'
import type { PeloDiario } from './arquitetura.ts'

/** Read and sent at a time: with their values, which may be a megabyte each. */
const POR_ENVIO = 50
const POR_RODADA = 500
const RODADA_MS = 1_000
/** A fault that lasted so long as to kill a message is given as long again. */
const PASSAGEIRA_APOS_MS = 600_000

/** What a call did, and how many like those it was asked for still wait. */
export interface Reenvio {
  readonly reenviadas: number
  readonly recusadas: number
  readonly restam: number
}
export interface Reenviador {
  /** One, whether it was sent before or not. Errors: morta_desconhecida, reenvio_impossivel. */
  uma(id: number): Promise<MortaNaLista>
  /** The pending ones, the oldest first, at most `limite`. */
  varias(filtro: FiltroDeMortas, limite: number): Promise<Reenvio>
  /** Of faults that might have passed, dead since before `ate`; how many were sent. */
  passageiras(ate: Instante): Promise<number>
}

/** Without `enviar` nothing is sent: all three throw arquitetura_fechada. */
export function criarReenviador(
  mortas: MortasGuardadas,
  enviar: PeloDiario['reenviar'] | undefined,
): Reenviador {
  async function mandar(lidas: readonly MortaAReenviar[]): Promise<Reenviadas> {
    if (!enviar) throw new ErroDeNegocio('arquitetura_fechada')
    if (lidas.length === 0) return { ids: [], recusadas: [] }
    // Once for each message, however many groups it died in: all of them will read it.
    const mensagens = [...Map.groupBy(lidas, mensagemDe).values()]
    const nossas = mensagens.filter(([morta]) => ehNosso(morta!.topico))
    const doBroker = await enviar(nossas.map(([morta]) => morta!))
    const porque = new Map(doBroker.map(({ id, mensagem }) => [id, mensagem]))
    const feito = { ids: [] as number[], recusadas: [] as Reenviadas['recusadas'][number][] }
    for (const mortas of mensagens) {
      const { id, topico } = mortas[0]!
      const recusa = ehNosso(topico) ? porque.get(id) : `o tópico ${topico} não é nosso`
      if (recusa === undefined) feito.ids.push(...mortas.map((morta) => morta.id))
      else feito.recusadas.push(...mortas.map((morta) => ({ id: morta.id, porque: recusa })))
    }
    await mortas.marcar(feito)
    return feito
  }

  return {
    async uma(id) {
      const vista = await mortas.ver(id)
      const morta = vista && (await mortas.uma(id))
      if (!morta) throw new ErroDeNegocio('morta_desconhecida')
      if (vista.recusa === VALOR_OMITIDO) throw impossivel(ondeEsta(vista))
      const [recusada] = (await mandar([morta])).recusadas
      if (recusada) throw impossivel(`O Kafka não a aceita: ${recusada.porque}.`)
      const { chave: _, valor: __, cabecalhos: ___, ...marcada } = (await mortas.ver(id)) ?? vista
      return marcada
    },
    async varias(filtro, limite) {
      const total = { reenviadas: 0, recusadas: 0 }
      for (let apos = 0, faltam = limite; faltam > 0; faltam -= POR_ENVIO) {
        const lidas = await mortas.aReenviar(filtro, apos, Math.min(faltam, POR_ENVIO))
        const { ids, recusadas } = await mandar(lidas)
        total.reenviadas += ids.length
        total.recusadas += recusadas.length
        if (lidas.length < POR_ENVIO) break
        apos = lidas.at(-1)!.id
      }
      return { ...total, restam: await mortas.contar({ ...filtro, pendentes: true }) }
    },
    async passageiras(ate) {
      let enviadas = 0
      while (enviadas < POR_RODADA) {
        const lidas = await mortas.passageiras(ate, POR_ENVIO)
        if (lidas.length === 0) break
        await mandar(lidas)
        enviadas += lidas.length
      }
      return enviadas
    },
  }
}

const ehNosso = (topico: string): boolean => (TOPICOS as readonly string[]).includes(topico)
/** A topic made anew begins at 0 again: the same place is not yet the same message. */
const mensagemDe = ({ topico, particao, offset, valor }: MortaAReenviar): string =>
  `${topico}/${particao}/${offset}/${valor?.toString('base64')}`

const impossivel = (detalhe: string) => new ErroDeNegocio('reenvio_impossivel', detalhe)
const ondeEsta = ({ topico, particao, offset }: MortaNaLista): string =>
  `O valor não coube; o original está em ${topico}, partição ${particao}, offset ${offset}.`

export interface OpcoesDasPassageiras {
  readonly aposMs?: number
  readonly rodadaMs?: number
  /** Once for each outage. */
  aoFalhar(erro: ErroDeNegocio): void
}

/** Runs until the signal aborts: no order waits for a person because of what passes (ADR 0009). */
export async function reenviarSempre(
  reenviador: Reenviador,
  { aposMs = PASSAGEIRA_APOS_MS, rodadaMs = RODADA_MS, aoFalhar }: OpcoesDasPassageiras,
  signal: AbortSignal,
): Promise<void> {
  let falhando = false
  while (!signal.aborted) {
    const ate = new Date(Date.now() - aposMs).toISOString() as Instante
    try {
      await reenviador.passageiras(ate)
      falhando = false
    } catch (erro) {
      if (!falhando) aoFalhar(comoErro(erro))
      falhando = true
    }
    await esperar(rodadaMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}
