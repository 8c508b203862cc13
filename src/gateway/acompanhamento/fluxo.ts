// One stream of events: it begins at some place in the log and reads the window from there as fast
// as its reader takes it; from the window's end on it is told at once, until it falls behind and
// reads the window again. Going over from one to the other happens between two changes, so there
// is neither a gap nor a repeat where they meet.
import type { ClienteId, PedidoId } from '../../contratos/ids.ts'
import type { Mudanca } from '../../servicos/pedidos/mudancas.ts'
import type { Janela } from './janela.ts'
import {
  acabou,
  mensagemDeFim,
  mensagemDeLugar,
  mensagemDeReinicio,
  mensagemDeStatus,
  PULSO,
} from './mensagens.ts'
import type { Saida } from './saida.ts'

/** Of what its reader has not taken, a stream holds so much; the rest waits in the window. */
export const MAIOR_PENDENTE_BYTES = 16 * 1024
/** Whose reader takes nothing for so long is dropped; it resumes with Last-Event-ID. */
export const MAIOR_PARADA_MS = 5_000

/** What a stream is about: one order, a client's orders, or, with neither, all. */
export interface Alvo {
  readonly pedido_id?: PedidoId
  readonly cliente_id?: ClienteId
}
export interface Pedida {
  readonly alvo: Alvo
  readonly saida: Saida
  /** The last place that the reader knows of. */
  readonly lugar: number
  /** Nothing is told once the right to know it has expired, */
  readonly valeAteMs: number
  /** or was taken back. */
  encerrada(): boolean
}
export interface Meio {
  readonly janela: Janela
  /** The window may be read: it is not being filled. */
  readonly pronta: () => boolean
  readonly agora: () => number
  readonly aoSair: (fluxo: Fluxo) => void
}
export interface Fluxo extends Pedida {
  readonly meio: Meio
  /** Everything up to here was written, or is not what it is about. */
  lugar: number
  fase: 'esperando' | 'alcancando' | 'ao_vivo' | 'fora'
  /** Since when it waits for its reader to take something; `undefined` when it does not. */
  paradoDesde: number | undefined
}

export const criarFluxo = (pedida: Pedida, meio: Meio): Fluxo => ({
  ...pedida,
  meio,
  fase: 'esperando',
  paradoDesde: undefined,
})

/** Its reader has gone. */
export function sair(fluxo: Fluxo): void {
  if (fluxo.fase === 'fora') return
  fluxo.fase = 'fora'
  fluxo.meio.aoSair(fluxo)
}

/** An orderly end, by us. */
export function encerrar(fluxo: Fluxo): void {
  sair(fluxo)
  fluxo.saida.encerrar()
}

function derrubar(fluxo: Fluxo): void {
  sair(fluxo)
  fluxo.saida.derrubar()
}

/** As much of the window as its reader takes now; the rest when it has taken that. */
export function alcancar(fluxo: Fluxo): void {
  const { alvo, meio } = fluxo
  if (!meio.pronta() || fluxo.fase === 'ao_vivo' || fluxo.fase === 'fora') return
  fluxo.fase = 'alcancando'
  // What was missed is no longer here.
  if (fluxo.lugar < meio.janela.inicio) reiniciar(fluxo)
  for (const mudanca of meio.janela.apos(fluxo.lugar)) {
    if (saiu(fluxo)) return
    if (!interessa(alvo, mudanca)) fluxo.lugar = mudanca.id
    else if (cheio(fluxo)) {
      pausar(fluxo)
      return
    } else entregar(fluxo, mudanca, mensagemDeStatus(mudanca))
  }
  if (!saiu(fluxo)) fluxo.fase = 'ao_vivo'
}

/** A change that has just come, and is in the window already. */
export function receber(fluxo: Fluxo, mudanca: Mudanca, texto: () => string): void {
  if (parado(fluxo)) derrubar(fluxo)
  if (fluxo.fase !== 'ao_vivo' || mudanca.id <= fluxo.lugar) return
  if (cheio(fluxo)) {
    fluxo.fase = 'alcancando'
    pausar(fluxo)
  } else entregar(fluxo, mudanca, texto())
}

function entregar(fluxo: Fluxo, mudanca: Mudanca, texto: string): void {
  const { saida, alvo } = fluxo
  if (expirou(fluxo)) {
    encerrar(fluxo)
    return
  }
  fluxo.lugar = mudanca.id
  saida.escrever(texto)
  if (alvo.pedido_id === undefined || !acabou(mudanca.status)) return
  saida.escrever(mensagemDeFim(mudanca))
  encerrar(fluxo)
}

/** Until its reader has taken all there is. */
function pausar(fluxo: Fluxo): void {
  fluxo.paradoDesde = fluxo.meio.agora()
  fluxo.saida.escrever(PULSO, () => {
    fluxo.paradoDesde = undefined
    alcancar(fluxo)
  })
}

/** Of one order, all is in pedidos: its reader comes back for it. */
export function reiniciar(fluxo: Fluxo): void {
  const { alvo, saida, meio } = fluxo
  if (alvo.pedido_id !== undefined) {
    encerrar(fluxo)
    return
  }
  fluxo.lugar = meio.janela.fim
  saida.escrever(mensagemDeReinicio(fluxo.lugar))
}

/** Says that we are here, and drops whoever is not. */
export function pulsar(fluxo: Fluxo): void {
  const { saida, fase, meio } = fluxo
  if (expirou(fluxo)) encerrar(fluxo)
  else if (parado(fluxo)) derrubar(fluxo)
  else if (fase !== 'ao_vivo') saida.escrever(PULSO)
  else {
    // Who hears little comes back later to where the log is now, not to its own last change.
    fluxo.lugar = Math.max(fluxo.lugar, meio.janela.fim)
    saida.escrever(PULSO + mensagemDeLugar(fluxo.lugar))
  }
}

const saiu = ({ fase }: Fluxo): boolean => fase === 'fora'
const expirou = (fluxo: Fluxo): boolean =>
  fluxo.meio.agora() >= fluxo.valeAteMs || fluxo.encerrada()
const cheio = ({ saida }: Fluxo): boolean => saida.pendentes() > MAIOR_PENDENTE_BYTES
const parado = ({ paradoDesde, meio }: Fluxo): boolean =>
  paradoDesde !== undefined && meio.agora() - paradoDesde > MAIOR_PARADA_MS
const interessa = ({ pedido_id, cliente_id }: Alvo, mudanca: Mudanca): boolean =>
  (pedido_id === undefined || pedido_id === mudanca.pedido_id) &&
  (cliente_id === undefined || cliente_id === mudanca.cliente_id)
