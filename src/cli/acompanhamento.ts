// Watches one order from the moment it is asked for: a synchronous architecture answers only at
// the end, so meanwhile the order is looked for, and its steps are told as they appear.
import { setTimeout as esperar } from 'node:timers/promises'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import { terminado } from '../servicos/pedidos/domain.ts'
import type { Compra, Gateway } from './gateway_do_cliente.ts'
import type { Passo, Rastro } from './passos.ts'

const PASSO_MS = 150
/** The client's newest orders: more than these made meanwhile elsewhere hide ours until the end. */
const CANDIDATOS = 10

/** Told of each step once. */
type AoPasso = (passo: Passo) => void

export interface Fim {
  /** Undefined when the limit passed before the order was seen at all. */
  readonly pedido: PedidoVisivel | undefined
  readonly rastro: Rastro
  readonly ms: number
}

/** Until the order ends, waits for a person, or `limiteMs` has passed. Throws when refused. */
export async function acompanhar(
  gateway: Gateway,
  compra: Compra,
  chave: string,
  aoPasso: AoPasso,
  limiteMs: number,
): Promise<Fim> {
  const limite = AbortSignal.timeout(limiteMs)
  const antes = (await gateway.pedidos(1))[0]?.id ?? 0
  const inicio = performance.now()
  const resposta = emSegundoPlano(gateway.pedir(compra, chave, limite))
  const procurar = procura(gateway, antes, chave)
  const contar = contador(aoPasso)
  let id: number | undefined
  let fim: Omit<Fim, 'ms'> = { pedido: undefined, rastro: { passos: [], indisponiveis: [] } }
  while (!limite.aborted) {
    await (resposta.pronta() ? esperar(PASSO_MS) : resposta.ou(PASSO_MS))
    const achado = resposta.valor(limite) ?? id ?? (await seDer(procurar))
    if (achado === undefined) continue
    id = achado
    fim = (await seDer(() => ler(gateway, achado))) ?? fim
    contar(fim.rastro.passos)
    const { pedido } = fim
    if (pedido?.retido || (pedido && resposta.pronta() && terminado(pedido.status))) break
  }
  return { ...fim, ms: performance.now() - inicio }
}

/** The order before its steps: when it has ended, the steps read afterwards are all of them. */
async function ler(gateway: Gateway, id: number): Promise<Omit<Fim, 'ms'>> {
  const pedido = await gateway.pedido(id)
  return { pedido, rastro: await gateway.rastro(id) }
}

/** A look that fails for the moment is repeated; the order itself does not depend on it. */
async function seDer<T>(olhar: () => Promise<T>): Promise<T | undefined> {
  try {
    return await olhar()
  } catch (erro) {
    if (erro instanceof ErroDeNegocio && erro.canRetry) return undefined
    throw erro
  }
}

/** A promise one can ask whether it is settled, without ever leaving its rejection unheard. */
function emSegundoPlano(promessa: Promise<number>) {
  let fim: PromiseSettledResult<number> | undefined
  const chegada = Promise.allSettled([promessa]).then(([desfecho]) => {
    fim = desfecho
  })
  return {
    pronta: () => fim !== undefined,
    ou: (ms: number) => Promise.race([chegada, esperar(ms, undefined, { ref: false })]),
    /** Throws what the promise threw, unless that is only the limit. */
    valor(limite: AbortSignal): number | undefined {
      if (fim?.status === 'rejected' && !limite.aborted) throw fim.reason
      return fim?.status === 'fulfilled' ? fim.value : undefined
    },
  }
}

/** Among the orders made since, the one whose creation bears our key. */
function procura(gateway: Gateway, antes: number, chave: string) {
  const alheios = new Set<number>()
  return async (): Promise<number | undefined> => {
    const novos = (await gateway.pedidos(CANDIDATOS)).filter(({ id }) => id > antes)
    for (const { id } of novos) {
      if (alheios.has(id)) continue
      const criacao = (await gateway.rastro(id)).passos.find((p) => p.evento === 'PedidoCriado')
      if (criacao?.causa.endsWith(`/${chave}`)) return id
      if (criacao) alheios.add(id)
    }
    return undefined
  }
}

function contador(aoPasso: AoPasso): (passos: readonly Passo[]) => void {
  const contados = new Set<string>()
  return (passos) => {
    for (const passo of passos.filter(({ causa }) => !contados.has(causa))) {
      contados.add(passo.causa)
      aoPasso(passo)
    }
  }
}
