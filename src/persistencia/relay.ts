// The way out of the log: reads after a cursor, publishes in batches, and only then moves the
// cursor. A crash in between publishes again, never too little; so the row that keeps it is written
// ten times a second and not after each batch, whose commits would hold up those of the service.
// One batch is on its way at a time; what is committed meanwhile is the next one.
import { addAbortListener } from 'node:events'
import { setTimeout as esperar, setImmediate as umaVolta } from 'node:timers/promises'
import { comoErro, type ErroDeNegocio } from '../contratos/errors.ts'
import type { Instante } from '../contratos/ids.ts'
import { type Cursor, criarCursor, type Recusado } from './cursor.ts'
import type { Database } from './database.ts'
import { criarMarcador, GRAVAR_MS, type Marcador } from './marcador.ts'
import { pontoDeQueda } from './queda.ts'

export const MAIOR_LOTE = 500
/** Another instance of the service writes in the same PostgreSQL without telling this one. */
export const RELER_MS = 500
const MENOR_PAUSA_MS = 25
const MAIOR_PAUSA_MS = 2_000
/** For the publish under way when the process is ending. */
export const ENCERRAR_MS = 1_500

/** Anything with its place in an append-only log. */
export interface DoLog {
  readonly id: number
  readonly instante: Instante
}

export interface OpcoesDoRelay<R extends DoLog> {
  readonly db: Database
  /** Names the cursor's row: one cursor per destination. */
  readonly destino: string
  /** This run of the machine, if not what Linux says; empty: cannot be known. */
  readonly boot?: string
  /** In id order, after `apos`, at most `limite`. */
  ler(apos: number, limite: number): Promise<readonly R[]>
  /** The newest of the log, 0 when it is empty. */
  ultimoId(): Promise<number>
  /**
   * Resolves when all of it is durable there; answers those refused for good. Throws when it may
   * work later.
   */
  publicar(lote: readonly R[], signal: AbortSignal): Promise<readonly Recusado[]>
  /** Calls back after each commit of this process. */
  aoGravar(chamar: () => void): Disposable
  /** Once per outage, not per attempt. */
  aoFalhar?(erro: ErroDeNegocio): void
}

export interface Situacao {
  /** Committed and not yet published; ids never used count too. */
  readonly pendentes: number
  /** Of the oldest of them; 0 without any. */
  readonly idadeMs: number
  /** Refused for good by the destination. */
  readonly retidos: number
}

export interface Relay extends AsyncDisposable {
  /** A few reads by index: cheap enough to ask for before accepting more. */
  situacao(): Promise<Situacao>
}

export function iniciarRelay<R extends DoLog>(opcoes: OpcoesDoRelay<R>): Relay {
  const cursor = criarCursor(opcoes.db, opcoes.destino, opcoes.boot)
  const fim = new AbortController()
  const corte = new AbortController()
  const marcador = criarMarcador(cursor)
  const leitura = adiantada(opcoes.ler)
  const soneca = criarSoneca()
  const ouvinte = opcoes.aoGravar(soneca.acordar)

  async function rodar(): Promise<void> {
    await insistir(cursor.retomar)
    while (!fim.signal.aborted) {
      // Laid out before the read: a commit that the read does not see must not be slept over.
      soneca.preparar()
      const publicados = await insistir(passar)
      await insistir(() => marcador.gravar())
      if (publicados === 0) await soneca.dormir(marcador.deve ? GRAVAR_MS : RELER_MS)
    }
    await marcador.gravar(true).catch(() => undefined)
  }

  /** One batch, from the log to the destination. */
  async function passar(): Promise<number> {
    const lote = await leitura.apos(await marcador.lugar())
    const ultimo = lote.at(-1)
    if (!ultimo) return 0
    pontoDeQueda('antes_de_publicar')
    const publicando = opcoes.publicar(lote, corte.signal)
    if (lote.length === MAIOR_LOTE) leitura.adiantar(ultimo.id)
    const recusados = await ouAbortada(publicando, corte.signal)
    pontoDeQueda('depois_de_publicar')
    marcador.anotar(ultimo.id, recusados)
    return lote.length
  }

  /** For ever, until it works or the relay ends. */
  async function insistir<T>(fazer: () => Promise<T>): Promise<T | undefined> {
    for (let falhas = 0; !fim.signal.aborted; falhas++) {
      try {
        return await fazer()
      } catch (erro) {
        if (fim.signal.aborted) return undefined
        if (falhas === 0) opcoes.aoFalhar?.(comoErro(erro))
        await pausa(Math.min(MAIOR_PAUSA_MS, MENOR_PAUSA_MS * 2 ** falhas), fim.signal)
      }
    }
    return undefined
  }

  const rodando = rodar()
  return {
    situacao: () => situar(opcoes, cursor, marcador),
    async [Symbol.asyncDispose]() {
      ouvinte[Symbol.dispose]()
      fim.abort()
      soneca.acordar()
      const relogio = setTimeout(() => corte.abort(), ENCERRAR_MS)
      await rodando
      clearTimeout(relogio)
    },
  }
}

async function situar<R extends DoLog>(
  { ler, ultimoId }: OpcoesDoRelay<R>,
  cursor: Cursor,
  marcador: Marcador,
): Promise<Situacao> {
  const apos = await marcador.lugar()
  const [[proximo], ultimo, retidos] = await Promise.all([
    ler(apos, 1),
    ultimoId(),
    cursor.retidos(),
  ])
  if (!proximo) return { pendentes: 0, idadeMs: 0, retidos }
  const idadeMs = Math.max(0, Date.now() - Date.parse(proximo.instante))
  return { pendentes: ultimo - apos, idadeMs, retidos }
}

/** What follows a full batch is read while that one is on its way: then there is a backlog. */
function adiantada<R extends DoLog>(ler: OpcoesDoRelay<R>['ler']) {
  let lida: { readonly apos: number; readonly lote: Promise<readonly R[]> } | undefined
  return {
    async apos(id: number): Promise<readonly R[]> {
      const guardada = lida
      lida = undefined
      const lote = guardada?.apos === id ? await guardada.lote : []
      // What was read early and found nothing may have missed a commit, which then woke nobody.
      return lote.length > 0 ? lote : ler(id, MAIOR_LOTE)
    },
    adiantar(apos: number): void {
      // A turn later: the batch before it goes first.
      const lote = umaVolta().then(() => ler(apos, MAIOR_LOTE))
      lote.catch(() => undefined)
      lida = { apos, lote }
    },
  }
}

/** Woken thousands of times a second; the abort of an AbortController would make an error each. */
function criarSoneca() {
  let acordada = false
  let fim: (() => void) | undefined
  return {
    preparar(): void {
      acordada = false
    },
    acordar(): void {
      acordada = true
      fim?.()
    },
    async dormir(ms: number): Promise<void> {
      if (acordada) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const relogio = setTimeout(resolve, ms)
      fim = resolve
      await promise
      clearTimeout(relogio)
      fim = undefined
    },
  }
}

const pausa = (ms: number, signal: AbortSignal): Promise<void> =>
  esperar(ms, undefined, { signal }).catch(() => undefined)

/** Rejects on abort even if whoever was told to stop does not. */
async function ouAbortada<T>(esperada: Promise<T>, signal: AbortSignal): Promise<T> {
  const abortada = Promise.withResolvers<never>()
  using _ouvinte = addAbortListener(signal, () => abortada.reject(signal.reason))
  return await Promise.race([esperada, abortada.promise])
}
