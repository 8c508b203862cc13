// The door of pedidos on the synchronous architectures: starts a flow, waits for its end within
// the deadline, and sees to it that nobody walks the same stretch of an order twice at a time.
import type { Contexto, Servico } from '../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento } from '../contratos/eventos.ts'
import type { NomeArquitetura, PedidoId } from '../contratos/ids.ts'
import { ateOPrazo } from '../persistencia/prazo.ts'
import { type Atender, type Enviar, parar, type Trilha } from './arquitetura.ts'
import { decidir, percorrer } from './percurso.ts'

export interface Raiz {
  readonly atender: Atender
  /** Walks an order on from `inicial`; the same walk already under way is joined. */
  retomar(inicial: Evento, contexto: Contexto): Promise<Trilha>
  /** Resolves when the walks now under way have ended, or their deadlines have. */
  esvaziar(): Promise<void>
}

/** Told of a walk that no repeat can mend, so that the order is kept for a person. */
type AoReter = (pedido: PedidoId, falha: ErroDeNegocio) => Promise<void>

export function criarRaiz(
  servico: Servico,
  saidas: ReadonlyMap<NomeArquitetura, Enviar>,
  prazoDaCadeiaMs: number,
  aoReter: AoReter,
): Raiz {
  const andando = new Map<string, Promise<Trilha>>()

  /** An order resumed after a restart may have come by an architecture that is closed now. */
  function saida(arquitetura: NomeArquitetura): Enviar {
    const enviar = saidas.get(arquitetura) ?? saidas.values().next().value
    if (!enviar) throw new ErroDeNegocio('arquitetura_fechada')
    return enviar
  }

  async function andar(inicial: Evento, contexto: Contexto): Promise<Trilha> {
    const prazo = Date.now() + prazoDaCadeiaMs
    const comPrazo = { ...contexto, prazo }
    const trilha = await semLancar(() =>
      percorrer(servico, saida(contexto.arquitetura), inicial, comPrazo),
    )
    if (trilha.falha && !trilha.falha.canRetry) await aoReter(inicial.pedido_id, trilha.falha)
    return trilha
  }

  function retomar(inicial: Evento, contexto: Contexto): Promise<Trilha> {
    const nome = `${inicial.pedido_id}/${inicial.tipo}`
    let walk = andando.get(nome)
    if (!walk) {
      walk = andar(inicial, contexto).finally(() => andando.delete(nome))
      andando.set(nome, walk)
    }
    return walk
  }

  const atender: Atender = async (envelope) => {
    const inicio = await decidir(servico, envelope)
    const primeiro = inicio.passos[0]
    if (inicio.falha || !primeiro) return inicio
    // Nobody waits longer than they said; the walk goes on by itself.
    const walk = retomar(primeiro.evento, envelope)
    const resto = await ateOPrazo(walk, envelope.prazo, () =>
      parar(new ErroDeNegocio('pedido_em_andamento')),
    )
    return { passos: [...inicio.passos, ...resto.passos], falha: resto.falha }
  }

  return {
    atender,
    retomar,
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
