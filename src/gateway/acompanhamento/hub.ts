// Hands each change to the streams that are about it, found by order and by client.
import type { Mudanca } from '../../servicos/pedidos/mudancas.ts'
import {
  type Alvo,
  alcancar,
  criarFluxo,
  encerrar,
  type Fluxo,
  type Meio,
  type Pedida,
  pulsar,
  receber,
  reiniciar,
  sair,
} from './fluxo.ts'
import type { Janela } from './janela.ts'
import { mensagemDeStatus } from './mensagens.ts'

export interface Assinante {
  /** Its reader has gone. */
  sair(): void
  /** An orderly end, by us. */
  encerrar(): void
}
export interface Hub {
  readonly assinantes: number
  assinar(pedida: Pedida): Assinante
  /** The window may be read from now on. */
  abrirJanela(): void
  /** The window is being filled again. */
  fecharJanela(): void
  distribuir(novas: readonly Mudanca[]): void
  /** The log is not the one that was told of. */
  recomecar(): void
  /** To be called now and then: says that we are here, and drops who is not. */
  pulsar(): void
}

const chaveDe = ({ pedido_id, cliente_id }: Alvo): string => {
  if (pedido_id !== undefined) return `pedido/${pedido_id}`
  return cliente_id === undefined ? 'todos' : `cliente/${cliente_id}`
}
const chavesDe = ({ pedido_id, cliente_id }: Mudanca): string[] => [
  chaveDe({ pedido_id }),
  chaveDe({ cliente_id }),
  chaveDe({}),
]

export function criarHub(janela: Janela, agora: () => number = Date.now): Hub {
  const fluxos = new Set<Fluxo>()
  const porChave = new Map<string, Set<Fluxo>>()
  let pronta = false

  function esquecer(fluxo: Fluxo): void {
    fluxos.delete(fluxo)
    const chave = chaveDe(fluxo.alvo)
    const vizinhos = porChave.get(chave)
    vizinhos?.delete(fluxo)
    if (vizinhos?.size === 0) porChave.delete(chave)
  }
  const meio: Meio = { janela, pronta: () => pronta, agora, aoSair: esquecer }

  function distribuirUma(mudanca: Mudanca): void {
    let texto: string | undefined
    const comoTexto = () => {
      texto ??= mensagemDeStatus(mudanca)
      return texto
    }
    for (const chave of chavesDe(mudanca)) {
      for (const fluxo of porChave.get(chave) ?? []) receber(fluxo, mudanca, comoTexto)
    }
  }

  return {
    get assinantes() {
      return fluxos.size
    },
    assinar(pedida) {
      const fluxo = criarFluxo(pedida, meio)
      fluxos.add(fluxo)
      const chave = chaveDe(pedida.alvo)
      porChave.set(chave, (porChave.get(chave) ?? new Set()).add(fluxo))
      alcancar(fluxo)
      return { sair: () => sair(fluxo), encerrar: () => encerrar(fluxo) }
    },
    abrirJanela() {
      pronta = true
      for (const fluxo of fluxos) alcancar(fluxo)
    },
    fecharJanela() {
      pronta = false
    },
    distribuir(novas) {
      for (const mudanca of novas) distribuirUma(mudanca)
    },
    recomecar() {
      for (const fluxo of fluxos) if (fluxo.fase !== 'esperando') reiniciar(fluxo)
    },
    pulsar() {
      for (const fluxo of fluxos) pulsar(fluxo)
    },
  }
}
