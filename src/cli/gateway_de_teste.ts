// For the tests: a gateway with one order, whose steps appear two at each look at its rastro, and
// whose answer to the order comes only when the test's script says so.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { abrirHttp } from './terminal_de_teste.ts'

export const CLIENTE = { email: 'cliente@exemplo.com', senha: 'segredo' }
export const PASSOS = [
  ['pedidos', 'PedidoCriado', 0],
  ['antifraude', 'AnaliseAprovada', 12],
  ['pagamentos', 'PagamentoAprovado', 1_234],
  ['logistica', 'EnvioAgendado', 3_000],
  ['pedidos', 'PedidoConcluido', 3_010],
] as const

export interface Roteiro {
  /** How the order is answered; default: with itself (201), once every step was seen. */
  readonly responder?: (resposta: ServerResponse, pedido: object) => void
  /** Looks at the rastro that must come before the answer; default: until every step was seen. */
  readonly respondeApos?: number
  readonly pedido?: Readonly<Record<string, unknown>>
  /** Orders that somebody else makes at the same moment, with the same client. */
  readonly alheios?: readonly number[]
}
export interface Recebido {
  readonly corpo: unknown
  readonly chave: string | undefined
  readonly token: string | undefined
}

const ID = 1_002
const POR_OLHADA = 2
const OLHADAS = Math.ceil(PASSOS.length / POR_OLHADA)

export async function abrirGatewayDeTeste(roteiro: Roteiro = {}) {
  const { respondeApos = OLHADAS, alheios = [] } = roteiro
  const vista = Promise.withResolvers<void>()
  let recebido: Recebido | undefined
  let olhadas = 0

  const enviar = (resposta: ServerResponse, corpo: object, status = 200) =>
    resposta.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(corpo))
  const pedido = (id = ID) => {
    const terminado = olhadas >= OLHADAS || id !== ID
    const fim = { motivo: null, ...(terminado && roteiro.pedido) }
    const status = terminado ? 'enviado' : 'pendente'
    return { id, status, total_centavos: 12_345, itens: [], arquitetura: 'rest', ...fim }
  }
  const rastro = (id: number) => {
    const chave = id === ID ? recebido?.chave : 'de-outro'
    if (id === ID && ++olhadas >= respondeApos) vista.resolve()
    const passos = PASSOS.slice(0, id === ID ? olhadas * POR_OLHADA : 1).map(
      ([servico, evento, ms]) => ({
        ...{ servico, evento, ms, dados: {} },
        causa: evento === 'PedidoCriado' ? `cliente/1/${chave}` : `${id}/${evento}`,
      }),
    )
    return { passos, indisponiveis: [] }
  }
  async function atender(requisicao: IncomingMessage, resposta: ServerResponse): Promise<unknown> {
    const { pathname } = new URL(requisicao.url ?? '/', 'http://local')
    const [, , numero, parte] = pathname.split('/')
    if (pathname === '/auth/login') {
      const certo = JSON.stringify(await json(requisicao)) === JSON.stringify(CLIENTE)
      return enviar(resposta, certo ? { token: 'abc' } : {}, certo ? 200 : 401)
    }
    if (pathname === '/produtos') {
      const produtos = [0, 3, 9, 2].map((estoque, i) => ({ id: i + 1, nome: 'Produto', estoque }))
      return enviar(resposta, produtos)
    }
    if (requisicao.method === 'POST') {
      const { authorization: token, 'idempotency-key': chave } = requisicao.headers
      recebido = { corpo: await json(requisicao), chave: chave as string, token }
      await vista.promise
      if (roteiro.responder) return roteiro.responder(resposta, pedido())
      return enviar(resposta, pedido(), 201)
    }
    if (numero === undefined) {
      return enviar(resposta, recebido ? [...alheios, ID].map(pedido) : [pedido(999)])
    }
    return enviar(resposta, parte === 'rastro' ? rastro(Number(numero)) : pedido(Number(numero)))
  }

  if (respondeApos === 0) vista.resolve()
  const http = await abrirHttp((requisicao, resposta) => void atender(requisicao, resposta))
  return {
    url: http.url,
    recebido: () => recebido,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
}
