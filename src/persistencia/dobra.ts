// The fold of a batch (K10): commands are decided one after another over states loaded once and
// evolved in memory, then written whole, in one transaction.
import { type Comando, resumoDe } from '../contratos/comandos.ts'
import type { Envelope, Resultado } from '../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento, EventoGravado, RespostaDe } from '../contratos/eventos.ts'
import type { Instante, NomeServico } from '../contratos/ids.ts'
import type { Database, Transacao } from './database.ts'
import { acrescentar, procurarTodas, ultimoId } from './diario.ts'
import type { Desfecho } from './group_commit.ts'
import { exigirPrazo } from './prazo.ts'
import { pontoDeQueda } from './queda.ts'

/** A command with all that its decision needs from outside: when, and what `preparar` found. */
export interface Pronto<C extends Comando, P> {
  readonly comando: C
  readonly envelope: Envelope<C>
  readonly instante: Instante
  readonly preparo: P
}

/** The states that one batch touches: read once, evolved in memory, written once. */
export interface Livro<C extends Comando, S, P> {
  estado(pronto: Pronto<C, P>): S
  /** Keeps the evolved state for the commands behind, and the row that the event becomes. */
  guardar(pronto: Pronto<C, P>, evento: RespostaDe<C>, estado: S): void
  gravar(tx: Transacao): Promise<void>
}

/** What a service brings. `preparar` runs outside the transaction and may be repeated. */
export interface Definicao<C extends Comando, S, P> {
  readonly nome: NomeServico
  decide(estado: S, pronto: Pronto<C, P>): RespostaDe<C>
  evolve(estado: S, evento: RespostaDe<C>): S
  abrir(tx: Transacao, prontos: readonly Pronto<C, P>[]): Promise<Livro<C, S, P>>
  preparar(envelope: Envelope<C>): Promise<P>
  /** Whether `preparar` of this command asks anybody outside: then a repeat must not (K4). */
  perguntaFora(comando: C): boolean
}

type Lote<C extends Comando, P> = readonly Pronto<C, P>[]
type Desfechos = readonly Desfecho<Resultado>[]
interface Dobrado {
  readonly desfechos: Desfechos
  readonly novos: readonly EventoGravado[]
}

/**
 * Writes batches: each command gets its own outcome, whatever the others do. `aoGravar` hears of
 * what a commit wrote, in the order of the log.
 */
export function criarGravador<C extends Comando, S, P>(
  definicao: Definicao<C, S, P>,
  db: Database,
  aoGravar: (novos: readonly EventoGravado[]) => void,
): (lote: Lote<C, P>) => Promise<Desfechos> {
  return async function gravarLote(lote): Promise<Desfechos> {
    let dobrado: Dobrado | undefined
    try {
      dobrado = await db.transacao((tx) => dobrar(definicao, tx, lote))
    } catch (erro) {
      if (lote.length === 1 || comoErro(erro).canRetry) return lote.map(() => ({ erro }))
    }
    if (dobrado) {
      if (dobrado.novos.length > 0) aoGravar(dobrado.novos)
      return dobrado.desfechos
    }
    // Not the disk's fault: one of them is the offender. Alone, only it fails.
    const desfechos: Desfecho<Resultado>[] = []
    for (const pronto of lote) desfechos.push(...(await gravarLote([pronto])))
    return desfechos
  }
}

async function dobrar<C extends Comando, S, P>(
  definicao: Definicao<C, S, P>,
  tx: Transacao,
  lote: Lote<C, P>,
): Promise<Dobrado> {
  const causas = lote.map(({ envelope }) => envelope.causa)
  const conhecidos = await procurarTodas(tx, causas)
  const novos: EventoGravado[] = []
  const livro = await definicao.abrir(
    tx,
    lote.filter(({ envelope }) => !conhecidos.has(envelope.causa)),
  )
  let id = await ultimoId(tx)
  // A decision that fails has written nothing: only its own command hears of it.
  const desfechos = lote.map((pronto): Desfecho<Resultado> => {
    try {
      const anterior = conhecidos.get(pronto.envelope.causa)
      if (anterior) return { valor: comoRepetido(pronto.envelope, anterior) }
      const gravado = registroDe(id + 1, pronto, decidir(definicao, livro, pronto))
      id = gravado.id
      novos.push(gravado)
      conhecidos.set(gravado.causa, gravado)
      return { valor: { ok: true, gravado, repetido: false } }
    } catch (erro) {
      return { erro }
    }
  })
  if (novos.length > 0) {
    await acrescentar(tx, novos)
    await livro.gravar(tx)
    for (const { envelope } of lote) pontoDeQueda('antes_do_commit', envelope.comando.tipo)
  }
  return { desfechos, novos }
}

function decidir<C extends Comando, S, P>(
  definicao: Definicao<C, S, P>,
  livro: Livro<C, S, P>,
  pronto: Pronto<C, P>,
): RespostaDe<C> {
  exigirPrazo(pronto.envelope.prazo)
  const estado = livro.estado(pronto)
  const evento = definicao.decide(estado, pronto)
  livro.guardar(pronto, evento, definicao.evolve(estado, evento))
  return evento
}

const registroDe = (
  id: number,
  { envelope, instante }: Pronto<Comando, unknown>,
  evento: Evento,
): EventoGravado => ({
  id,
  causa: envelope.causa,
  resumo: resumoDe(envelope.comando),
  arquitetura: envelope.arquitetura,
  traceparent: envelope.traceparent,
  instante,
  evento,
})

/** K4: a known command answers its stored event; with other content it is refused. */
export function comoRepetido(envelope: Envelope, gravado: EventoGravado): Resultado {
  const resumo = resumoDe(envelope.comando)
  const divergente = resumo !== '' && gravado.resumo !== '' && resumo !== gravado.resumo
  if (divergente) return { ok: false, erro: new ErroDeNegocio('comando_divergente') }
  return { ok: true, gravado, repetido: true }
}
