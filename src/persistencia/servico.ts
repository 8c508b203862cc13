// The one skeleton of every service: look the command up → prepare → decide and write, once (K4,
// K9, K10). A service brings its decisions; order, durability and repeats are settled here.
import { type Comando, resumoDe } from '../contratos/comandos.ts'
import type { Envelope, Resultado, Servico } from '../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento, EventoGravado, RespostaDe } from '../contratos/eventos.ts'
import { agora, type Causa, type Instante, type NomeServico } from '../contratos/ids.ts'
import type { Database, Transacao } from './database.ts'
import { acrescentar, procurar, ultimoId } from './diario.ts'
import { type Desfecho, groupCommit } from './group_commit.ts'
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

/** Told of every operation: once when it arrives, once when it is done. */
export interface Operacoes {
  chegou(envelope: Envelope): void
  terminou(envelope: Envelope, resultado: Resultado, ms: number): void
  /** After each commit that wrote events; wakes relays and whoever follows the log. */
  gravou(eventos: number): void
}

export function criarServico<C extends Comando, S, P>(
  definicao: Definicao<C, S, P>,
  db: Database,
  operacoes: Operacoes,
): Servico {
  const gravar = groupCommit<Pronto<C, P>, Resultado>((lote) => gravarLote(lote))

  async function decidirUm(envelope: Envelope<C>): Promise<Resultado> {
    pontoDeQueda('ao_chegar', envelope.comando.tipo)
    const fora = definicao.perguntaFora(envelope.comando)
    if (fora) {
      const anterior = await procurar(db.leitura, envelope.causa)
      if (anterior) return comoRepetido(envelope, anterior)
    }
    const preparo = await definicao.preparar(envelope)
    pontoDeQueda('depois_de_preparar', envelope.comando.tipo)
    const { comando } = envelope
    // What took time outside happened when it was over, not when it was asked for.
    const instante = fora ? agora() : envelope.instante
    const resultado = await gravar({ comando, envelope, instante, preparo })
    pontoDeQueda('depois_do_commit', envelope.comando.tipo)
    return resultado
  }

  async function gravarLote(
    lote: readonly Pronto<C, P>[],
  ): Promise<readonly Desfecho<Resultado>[]> {
    try {
      return await db.transacao((tx) => dobrar(tx, lote))
    } catch (erro) {
      if (lote.length === 1 || comoErro(erro).canRetry) return lote.map(() => ({ erro }))
    }
    // Not the disk's fault: one of them is the offender. Alone, only it fails (K10).
    const desfechos: Desfecho<Resultado>[] = []
    for (const pronto of lote) desfechos.push(...(await gravarLote([pronto])))
    return desfechos
  }

  /** Decides the batch one after another over states loaded once (K10), then writes it whole. */
  async function dobrar(
    tx: Transacao,
    lote: readonly Pronto<C, P>[],
  ): Promise<Desfecho<Resultado>[]> {
    const conhecidos = new Map<Causa, EventoGravado>()
    for (const { envelope } of lote) {
      const anterior = await procurar(tx, envelope.causa)
      if (anterior) conhecidos.set(envelope.causa, anterior)
    }
    const livro = await definicao.abrir(
      tx,
      lote.filter(({ envelope }) => !conhecidos.has(envelope.causa)),
    )
    const novos: EventoGravado[] = []
    let id = await ultimoId(tx)
    const desfechos = lote.map((pronto): Desfecho<Resultado> => {
      try {
        const anterior = conhecidos.get(pronto.envelope.causa)
        if (anterior) return { valor: comoRepetido(pronto.envelope, anterior) }
        const evento = decidir(livro, pronto)
        const gravado = registroDe(++id, pronto, evento)
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
    return desfechos
  }

  function decidir(livro: Livro<C, S, P>, pronto: Pronto<C, P>): RespostaDe<C> {
    const { prazo } = pronto.envelope
    if (prazo !== undefined && Date.now() > prazo) throw new ErroDeNegocio('prazo_esgotado')
    const estado = livro.estado(pronto)
    const evento = definicao.decide(estado, pronto)
    livro.guardar(pronto, evento, definicao.evolve(estado, evento))
    return evento
  }

  async function atender(envelope: Envelope<C>): Promise<Resultado> {
    const inicio = performance.now()
    operacoes.chegou(envelope)
    let resultado: Resultado
    try {
      resultado = await decidirUm(envelope)
      if (resultado.ok && !resultado.repetido) operacoes.gravou(1)
    } catch (erro) {
      resultado = { ok: false, erro: comoErro(erro) }
    }
    operacoes.terminou(envelope, resultado, performance.now() - inicio)
    return resultado
  }

  return { handle: (lote) => Promise.all(lote.map((e) => atender(e as Envelope<C>))) }
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
function comoRepetido(envelope: Envelope, gravado: EventoGravado): Resultado {
  const resumo = resumoDe(envelope.comando)
  const divergente = resumo !== '' && gravado.resumo !== '' && resumo !== gravado.resumo
  if (divergente) return { ok: false, erro: new ErroDeNegocio('comando_divergente') }
  return { ok: true, gravado, repetido: true }
}
