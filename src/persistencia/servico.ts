// The one skeleton of every service: look the command up → prepare → decide and write, once (K4,
// K9). A service brings its decisions; order, durability and repeats are settled here.
import type { Comando } from '../contratos/comandos.ts'
import type { Envelope, Resultado, Servico } from '../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { EventoGravado } from '../contratos/eventos.ts'
import { agora } from '../contratos/ids.ts'
import type { Database } from './database.ts'
import { procurar } from './diario.ts'
import { comoRepetido, criarGravador, type Definicao, type Pronto } from './dobra.ts'
import { groupCommit } from './group_commit.ts'
import { ateOPrazo, exigirPrazo } from './prazo.ts'
import { pontoDeQueda } from './queda.ts'

/** Told of every operation: once when it arrives, once when it is done. */
export interface Operacoes {
  chegou(envelope: Envelope): void
  terminou(envelope: Envelope, resultado: Resultado, ms: number): void
  /** After each commit that wrote events; wakes relays and whoever follows the log. */
  gravou(novos: readonly EventoGravado[]): void
}

export function criarServico<C extends Comando, S, P>(
  definicao: Definicao<C, S, P>,
  db: Database,
  operacoes: Operacoes,
): Servico {
  const gravar = groupCommit<Pronto<C, P>, Resultado>(
    criarGravador(definicao, db, operacoes.gravou),
  )

  async function decidirUm(envelope: Envelope<C>): Promise<Resultado> {
    pontoDeQueda('ao_chegar', envelope.comando.tipo)
    const fora = definicao.perguntaFora(envelope.comando)
    if (fora) {
      const anterior = await procurar(db.leitura, envelope.causa)
      if (anterior) return comoRepetido(envelope, anterior)
      exigirPrazo(envelope.prazo)
    }
    const preparando = definicao.preparar(envelope)
    const preparo = await (fora ? ateOPrazo(preparando, envelope.prazo, esgotado) : preparando)
    pontoDeQueda('depois_de_preparar', envelope.comando.tipo)
    const { comando } = envelope
    // What took time outside happened when it was over, not when it was asked for.
    const instante = fora ? agora() : envelope.instante
    const resultado = await gravar({ comando, envelope, instante, preparo })
    pontoDeQueda('depois_do_commit', envelope.comando.tipo)
    return resultado
  }

  async function atender(envelope: Envelope<C>): Promise<Resultado> {
    const inicio = performance.now()
    operacoes.chegou(envelope)
    let resultado: Resultado
    try {
      resultado = await decidirUm(envelope)
    } catch (erro) {
      resultado = { ok: false, erro: comoErro(erro) }
    }
    operacoes.terminou(envelope, resultado, performance.now() - inicio)
    return resultado
  }

  return { handle: (lote) => Promise.all(lote.map((e) => atender(e as Envelope<C>))) }
}

const esgotado = (): never => {
  throw new ErroDeNegocio('prazo_esgotado')
}
