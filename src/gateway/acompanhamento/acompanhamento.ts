// Everything that streams of events share: their number, the one follower of pedidos' log that runs
// while any is open, and the one timer that looks after them all.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { PedidoVisivel } from '../../servicos/pedidos/consultas.ts'
import { type Comeco, comecoDe, comecoEm } from './comeco.ts'
import type { Pedida } from './fluxo.ts'
import type { Fonte } from './fonte.ts'
import { type Assinante, criarHub } from './hub.ts'
import { criarJanela, type Janela } from './janela.ts'
import { criarLugares } from './lugares.ts'
import { criarSeguidor, type OuvinteDoLog, type Pausar } from './seguidor.ts'

const PULSO_MS = 15_000

export interface Inscricao extends Pedida {
  /** Whether who opened it would be let in again now. */
  continuaAceita(): Promise<boolean>
}
export interface Acompanhamento {
  readonly abertos: number
  /** Errors: ErroDeNegocio encerrando | sobrecarregado | limite_excedido. */
  ocupar(conta: number): Disposable
  /** After `apos`, the last place that the client knows of; else from now on. */
  comeco(apos: number | undefined): Promise<Comeco>
  /** Of one order: after `apos`, else from its first change; `undefined` when it has all. */
  comecoDo(
    pedido: PedidoVisivel,
    apos: number | undefined,
    traceparent: string,
  ): Promise<Comeco | undefined>
  /** Until disposed, which is for when the connection closes, whoever closed it. */
  acompanhar(inscricao: Inscricao): Disposable
  /** Ends all streams and accepts no more. */
  encerrar(): void
}
export interface Ajustes {
  readonly janela?: Janela
  readonly pausar?: Pausar
  readonly agora?: () => number
  readonly aCada?: (ms: number, chamar: () => void) => Disposable
}

export function criarAcompanhamento(
  fonte: Fonte,
  aoFalhar: (erro: unknown) => void,
  { janela = criarJanela(), pausar, agora, aCada = repetir }: Ajustes = {},
): Acompanhamento {
  const hub = criarHub(janela, agora)
  const seguidor = criarSeguidor(fonte, janela, pausar)
  const lugares = criarLugares()
  const inscritos = new Map<Assinante, Inscricao>()
  let pulso: Disposable | undefined
  let encerrado = false

  const ouvinte: OuvinteDoLog = {
    emDia: hub.abrirJanela,
    chegaram: hub.distribuir,
    recomecou: hub.recomecar,
    falhou: aoFalhar,
  }

  function pulsar(): void {
    hub.pulsar()
    for (const [assinante, { continuaAceita }] of inscritos) {
      // Whoever cannot be asked about now stays until the next time.
      continuaAceita().then(
        (aceita) => aceita || assinante.encerrar(),
        () => undefined,
      )
    }
  }

  function soltar(assinante: Assinante): void {
    assinante.sair()
    if (!inscritos.delete(assinante) || inscritos.size > 0) return
    pulso?.[Symbol.dispose]()
    pulso = undefined
    seguidor.desligar()
    hub.fecharJanela()
  }

  return {
    get abertos() {
      return inscritos.size
    },
    ocupar(conta) {
      if (encerrado) throw new ErroDeNegocio('encerrando')
      return lugares.ocupar(conta)
    },
    async comeco(apos) {
      // The window lags a little behind the log: who knows more may know it from elsewhere.
      const basta = seguidor.emDia && (apos ?? 0) <= janela.fim
      return comecoEm(basta ? janela.fim : await fonte.fim(), apos)
    },
    comecoDo: async (pedido, apos, traceparent) =>
      comecoDe(pedido, await fonte.doPedido(pedido.id, traceparent), apos),
    acompanhar(inscricao) {
      const assinante = hub.assinar(inscricao)
      inscritos.set(assinante, inscricao)
      pulso ??= aCada(PULSO_MS, pulsar)
      seguidor.ligar(ouvinte)
      if (encerrado) assinante.encerrar()
      return { [Symbol.dispose]: () => soltar(assinante) }
    },
    encerrar() {
      encerrado = true
      for (const assinante of inscritos.keys()) assinante.encerrar()
    },
  }
}

function repetir(ms: number, chamar: () => void): Disposable {
  const relogio = setInterval(chamar, ms)
  return { [Symbol.dispose]: () => clearInterval(relogio) }
}
