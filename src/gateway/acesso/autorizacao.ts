// The one place that lets a request through: token, role, ownership, in this order. It reads the
// table of rights by the act that the route declares; a route without an act is not registered.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { PedidoId } from '../../contratos/ids.ts'
import type { PedidoVisivel } from '../../servicos/pedidos/consultas.ts'
import type { Autenticado } from '../contas/tokens.ts'
import { type Acao, direitoA } from './direitos.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    acao?: Acao
  }
  interface FastifyRequest {
    /** Who asks, on every route that is not public. */
    usuario?: Autenticado
    /** The order that the path names, once it is known that the asker may know of it. */
    pedido?: PedidoVisivel
  }
}

export interface Porteiro {
  /** `undefined` for a token that is not ours, was changed, has expired or was ended. */
  readonly conferir: (token: string) => Promise<Autenticado | undefined>
  readonly buscarPedido: (id: PedidoId, traceparent: string) => Promise<PedidoVisivel | undefined>
}

/** Must be called before the routes are registered on the same instance. */
export function exigirDireitos(rotas: FastifyInstance, porteiro: Porteiro): void {
  rotas.decorateRequest('usuario')
  rotas.decorateRequest('pedido')
  rotas.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.acao) throw new Error(`a rota ${method} ${url} não declara a sua ação`)
  })
  rotas.addHook('onRequest', async (requisicao) => {
    const { papeis } = direitoDe(requisicao)
    if (papeis === 'publico') return
    const token = bearer(requisicao.headers.authorization)
    const usuario = token && (await porteiro.conferir(token))
    if (!usuario) throw new ErroDeNegocio('nao_autenticado')
    if (!papeis.includes(usuario.papel)) throw new ErroDeNegocio('acesso_negado')
    requisicao.usuario = usuario
  })
  // After validation: the order's number in the path is a number by then.
  rotas.addHook('preHandler', async (requisicao) => {
    const { pedido_id } = requisicao.params as { pedido_id?: PedidoId }
    if (pedido_id === undefined) return
    const pedido = await porteiro.buscarPedido(pedido_id, requisicao.traceparent)
    // One refusal for both, so that a client cannot count other people's orders.
    if (!pedido || !alcanca(requisicao, pedido)) throw new ErroDeNegocio('pedido_desconhecido')
    requisicao.pedido = pedido
  })
}

const direitoDe = ({ routeOptions }: FastifyRequest) => {
  const { acao } = routeOptions.config
  if (!acao) throw new Error(`a rota ${routeOptions.url} não declara a sua ação`)
  return direitoA(acao)
}

function alcanca(requisicao: FastifyRequest, pedido: PedidoVisivel): boolean {
  const { posse } = direitoDe(requisicao)
  const { usuario } = requisicao
  if (posse !== 'proprio' || usuario?.papel !== 'cliente') return true
  return usuario.cliente_id === pedido.cliente_id
}

export const bearer = (cabecalho: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(cabecalho ?? '')?.[1]

/** The asker of a route that is not public. */
export function usuarioDe({ usuario }: FastifyRequest): Autenticado {
  if (!usuario) throw new ErroDeNegocio('nao_autenticado')
  return usuario
}

export function pedidoDe({ pedido }: FastifyRequest): PedidoVisivel {
  if (!pedido) throw new ErroDeNegocio('pedido_desconhecido')
  return pedido
}
