// Watches one order from the moment it is asked for: a synchronous architecture answers only at
// the end, so meanwhile the order is looked for, and its steps are told as they appear.
import { setTimeout as esperar } from 'node:timers/promises'
import { comoErro } from '../contratos/errors.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import { encerrado } from '../servicos/pedidos/domain.ts'
import type { Compra, Gateway } from './gateway_do_cliente.ts'
import type { Passo, Rastro } from './passos.ts'

const PASSO_MS = 150
/** The client's newest orders: more than these made meanwhile elsewhere hide ours until the end. */
const CANDIDATOS = 10

export interface Ouvinte {
  /** Once for each step, `ms` since the order was made. */
  passo(passo: Passo, ms: number): void
}
export interface Fim {
  /** Undefined when the limit passed before the order was seen at all. */
  readonly pedido: PedidoVisivel | undefined
  readonly rastro: Rastro
  readonly ms: number
}

/** Until the order ends, waits for a person, or `limiteMs` has passed. Throws when it is refused. */
export async function acompanhar(
  gateway: Gateway,
  compra: Compra,
  chave: string,
  ouvinte: Ouvinte,
  limiteMs: number,
): Promise<Fim> {
  const limite = AbortSignal.timeout(limiteMs)
  const antes = (await gateway.pedidos(1))[0]?.id ?? 0
  const inicio = performance.now()
  const resposta = emSegundoPlano(gateway.pedir(compra, chave, limite))
  const procurar = procura(gateway, antes, chave)
  const contar = contador(ouvinte)
  let id: number | undefined
  let fim: Omit<Fim, 'ms'> = { pedido: undefined, rastro: { passos: [], indisponiveis: [] } }
  while (!limite.aborted) {
    await (resposta.pronta() ? esperar(PASSO_MS) : resposta.ou(PASSO_MS))
    id = resposta.valor(limite) ?? id ?? (await seDer(procurar))
    if (id === undefined) continue
    fim = (await seDer(() => ler(gateway, id as number))) ?? fim
    contar(fim.rastro.passos)
    const { pedido } = fim
    if (pedido?.retido || (pedido && resposta.pronta() && encerrado(pedido.status))) break
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
  } catch (lancado) {
    const erro = comoErro(lancado)
    if (erro.canRetry) return undefined
    throw erro
  }
}

/** A promise one can ask whether it is settled, without ever leaving its rejection unheard. */
function emSegundoPlano(promessa: Promise<number>) {
  let desfecho: { valor: number } | { erro: unknown } | undefined
  const fim = promessa.then(
    (valor) => void (desfecho = { valor }),
    (erro: unknown) => void (desfecho = { erro }),
  )
  return {
    pronta: () => desfecho !== undefined,
    ou: (ms: number) => Promise.race([fim, esperar(ms, undefined, { ref: false })]),
    /** Throws what the promise threw, unless that is only the limit. */
    valor(limite: AbortSignal): number | undefined {
      if (!desfecho) return undefined
      if ('valor' in desfecho) return desfecho.valor
      if (limite.aborted) return undefined
      throw desfecho.erro
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
      if (criacao?.causa?.endsWith(`/${chave}`)) return id
      if (criacao) alheios.add(id)
    }
    return undefined
  }
}

function contador(ouvinte: Ouvinte): (passos: readonly Passo[]) => void {
  const contados = new Set<string>()
  return (passos) => {
    const inicio = Date.parse(passos[0]?.instante ?? '')
    for (const passo of passos) {
      const nome = passo.causa ?? `${passo.servico}/${passo.evento}`
      if (contados.has(nome)) continue
      contados.add(nome)
      ouvinte.passo(passo, Date.parse(passo.instante) - inicio)
    }
  }
}
