// The public API as a client sees it: look, order, watch. Bad news is an ErroDeNegocio.
import type { Item, Metodo } from '../contratos/comandos.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import type { ProdutoNoCatalogo } from '../servicos/vizinhos.ts'
import type { Rastro } from './passos.ts'
import { abrirSessao, type Credencial, corpoDe } from './sessao_no_gateway.ts'

export interface Compra {
  readonly itens: readonly Item[]
  readonly metodo: Metodo
  readonly arquitetura?: string
}

export interface Gateway {
  produtos(): Promise<readonly ProdutoNoCatalogo[]>
  /** The client's own orders, newest first. */
  pedidos(limite: number): Promise<readonly PedidoVisivel[]>
  pedido(id: number): Promise<PedidoVisivel>
  rastro(id: number): Promise<Rastro>
  /** The order's number, once it was accepted: at its end or long before, as its way has it. */
  pedir(compra: Compra, chave: string, signal: AbortSignal): Promise<number>
}

/** Errors: `credenciais_invalidas`, or `servico_indisponivel` when nobody answers at `url`. */
export async function entrar(url: string, credencial: Credencial): Promise<Gateway> {
  const { obter, enviar } = await abrirSessao(url, credencial)
  return {
    produtos: () => obter('/produtos'),
    pedidos: (limite) => obter(`/pedidos?limite=${limite}`),
    pedido: (id) => obter(`/pedidos/${id}`),
    rastro: (id) => obter(`/pedidos/${id}/rastro`),
    async pedir(compra, chave, signal) {
      const cabecalhos = { 'idempotency-key': chave }
      const resposta = await enviar('/pedidos', compra, { cabecalhos, signal })
      const lugar = /\/pedidos\/(\d+)$/.exec(resposta.headers.get('location') ?? '')?.[1]
      // A 503 that says where the order is has accepted it: the order goes on by itself.
      if (lugar !== undefined) return Number(lugar)
      return (await corpoDe<PedidoVisivel>(resposta)).id
    },
  }
}
