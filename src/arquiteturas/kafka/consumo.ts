// Many messages of a partition in work at once, those of one key one after another, and offsets to
// confirm that never pass a message not yet done with. Knows no transport.
import { setTimeout as esperar } from 'node:timers/promises'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { criarJanela } from './janela.ts'
import { criarTrilhas, type Lugar } from './trilhas.ts'

/** For the handlers under way when the process is ending. */
export const ENCERRAR_MS = 1_500

export type Chave = string | number | undefined

export interface OpcoesDoConsumo<M extends Lugar> {
  /** In flight at most, over all partitions, those that wait for their key among them. */
  readonly janela: number
  /** Messages of one key are handled one after another, in order; undefined: in no order. */
  chaveDe(mensagem: M): Chave
  /**
   * Done with it for good when it resolves: handled, or put among the dead letters. Rejects only
   * when the signal aborted it; any other rejection ends the consumption.
   */
  tratar(mensagem: M, signal: AbortSignal): Promise<void>
}

export interface Consumo<M extends Lugar> extends AsyncDisposable {
  /**
   * Call it in the order of arrival; a partition only goes forward within a generation. Resolves
   * when the message has a place in the window; rejects once disposed, or with what `tratar`
   * should not have thrown.
   */
  receber(mensagem: M): Promise<void>
  /** The next offset to read of each partition that moved since this was asked the last time. */
  tomarConfirmaveis(): readonly Lugar[]
  /**
   * The group was rebalanced: what was received before is still handled, but confirms nothing. What
   * is received from now on must have been read from the offsets that the group has confirmed.
   */
  novaGeracao(): void
  readonly emVoo: number
  /** Resolves when nothing is in flight. */
  ociosa(): Promise<void>
}

export function iniciarConsumo<M extends Lugar>(opcoes: OpcoesDoConsumo<M>): Consumo<M> {
  const fim = new AbortController()
  const janela = criarJanela(opcoes.janela, fim.signal)
  const trilhas = criarTrilhas()
  const emOrdem = criarOrdem()

  async function executar(mensagem: M, concluir: () => void): Promise<void> {
    try {
      fim.signal.throwIfAborted()
      await opcoes.tratar(mensagem, fim.signal)
      concluir()
    } catch (erro) {
      fim.abort(erro)
    } finally {
      janela.sair()
    }
  }

  return {
    async receber(mensagem) {
      fim.signal.throwIfAborted()
      const chave = opcoes.chaveDe(mensagem)
      // Before the wait for a place: it belongs to this generation, and holds its frontier.
      const concluir = trilhas.anotar(mensagem)
      await janela.entrar()
      emOrdem(chave, () => executar(mensagem, concluir))
    },
    tomarConfirmaveis: trilhas.tomarFronteiras,
    novaGeracao: trilhas.recomecar,
    get emVoo() {
      return janela.ocupada
    },
    ociosa: janela.vazia,
    async [Symbol.asyncDispose]() {
      fim.abort(new ErroDeNegocio('encerrando'))
      const desistencia = new AbortController()
      const prazo = esperar(ENCERRAR_MS, undefined, { signal: desistencia.signal })
      await Promise.race([janela.vazia(), prazo.catch(() => undefined)])
      desistencia.abort()
    },
  }
}

/** Runs what it is given, after what it was given before under the same key. It must not reject. */
function criarOrdem(): (chave: Chave, fazer: () => Promise<void>) => void {
  const ultimas = new Map<Chave, Promise<void>>()
  return (chave, fazer) => {
    const anterior = chave === undefined ? undefined : ultimas.get(chave)
    const fazendo = anterior ? anterior.then(fazer) : fazer()
    if (chave === undefined) return
    ultimas.set(chave, fazendo)
    void fazendo.then(() => {
      if (ultimas.get(chave) === fazendo) ultimas.delete(chave)
    })
  }
}
