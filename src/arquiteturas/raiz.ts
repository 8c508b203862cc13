// The door of pedidos. Where the answer is the order's end, it starts the walk, waits within the
// deadline, and sees to it that nobody walks the same stretch of an order twice at a time. Where
// the log carries the order, accepting it is all there is to do.
import type { Contexto, Servico } from '../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento, EventoGravado } from '../contratos/eventos.ts'
import type { NomeArquitetura, PedidoId } from '../contratos/ids.ts'
import { ateOPrazo } from '../persistencia/prazo.ts'
import {
  type Atender,
  type Enviar,
  type PeloDiario,
  parar,
  type Sincrona,
  type Trilha,
} from './arquitetura.ts'
import { decidir, percorrer } from './percurso.ts'

export interface Raiz {
  readonly atender: Atender
  /** Walks an order on from each of these; the same walk already under way is joined. */
  retomar(inicial: EventoGravado): Promise<Trilha>
  /** Resolves when the walks now under way have ended, or their deadlines have. */
  esvaziar(): Promise<void>
}

/** The way out of an open architecture. */
export type Saida = Pick<Sincrona, 'enviar'> | Pick<PeloDiario, 'republicar'>

/** Told of a walk that no repeat can mend, so that the order is kept for a person. */
type AoReter = (pedido: PedidoId, falha: ErroDeNegocio) => Promise<void>

export function criarRaiz(
  servico: Servico,
  saidas: ReadonlyMap<NomeArquitetura, Saida>,
  prazoDaCadeiaMs: number,
  aoReter: AoReter,
): Raiz {
  const andando = new Map<string, Promise<Trilha>>()

  /** An order resumed after a restart may have come by an architecture that is closed now. */
  function saidaDe(arquitetura: NomeArquitetura): Saida {
    const saida = saidas.get(arquitetura) ?? saidas.values().next().value
    if (!saida) throw new ErroDeNegocio('arquitetura_fechada')
    return saida
  }

  async function andar(enviar: Enviar, inicial: Evento, contexto: Contexto): Promise<Trilha> {
    const prazo = Date.now() + prazoDaCadeiaMs
    const trilha = await semLancar(() =>
      percorrer(servico, enviar, inicial, { ...contexto, prazo }),
    )
    if (trilha.falha && !trilha.falha.canRetry) await aoReter(inicial.pedido_id, trilha.falha)
    return trilha
  }

  function andarUmaVez(enviar: Enviar, inicial: Evento, contexto: Contexto): Promise<Trilha> {
    const nome = `${inicial.pedido_id}/${inicial.tipo}`
    let walk = andando.get(nome)
    if (!walk) {
      walk = andar(enviar, inicial, contexto).finally(() => andando.delete(nome))
      andando.set(nome, walk)
    }
    return walk
  }

  const atender: Atender = async (envelope) => {
    const inicio = await decidir(servico, envelope)
    const primeiro = inicio.passos[0]
    if (inicio.falha || !primeiro) return inicio
    const saida = saidaDe(envelope.arquitetura)
    if ('republicar' in saida) return inicio
    // Nobody waits longer than they said; the walk goes on by itself.
    const walk = andarUmaVez(saida.enviar, primeiro.evento, envelope)
    const resto = await ateOPrazo(walk, envelope.prazo, () =>
      parar(new ErroDeNegocio('pedido_em_andamento')),
    )
    return { passos: [...inicio.passos, ...resto.passos], falha: resto.falha }
  }

  return {
    atender,
    async retomar(inicial) {
      const saida = saidaDe(inicial.arquitetura)
      if ('enviar' in saida) return andarUmaVez(saida.enviar, inicial.evento, inicial)
      await saida.republicar([inicial])
      return { passos: [] }
    },
    async esvaziar() {
      await Promise.allSettled(andando.values())
    },
  }
}

/** A walk that throws is a defect like any other: kept for a person, never lost. */
async function semLancar(andar: () => Promise<Trilha>): Promise<Trilha> {
  try {
    return await andar()
  } catch (erro) {
    return parar(comoErro(erro))
  }
}
