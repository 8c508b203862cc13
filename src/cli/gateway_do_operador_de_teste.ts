// For the tests: a command of the terminal against a gateway that knows its operator, and does what
// the test wants.
import type { IncomingMessage } from 'node:http'
import { json, text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { abrirHttp, abrirTerminal } from './terminal_de_teste.ts'

const OPERADOR = { email: 'operador@exemplo.com', senha: 'segredo' }

/** A number is the status of a failure. */
export type Responder = (pedido: string, corpo: Record<string, unknown>) => object | number

export async function mandarComoOperador(
  t: TestContext,
  comando: (argumentos: string[]) => Promise<number>,
  responder: Responder,
  argumentos: readonly string[],
) {
  const recebidos: string[] = []
  const responderA = async (requisicao: IncomingMessage): Promise<object | number> => {
    if (requisicao.url === '/auth/login') {
      const certo = JSON.stringify(await json(requisicao)) === JSON.stringify(OPERADOR)
      return certo ? { token: 'abc' } : 401
    }
    if (requisicao.headers.authorization !== 'Bearer abc') return 401
    const pedido = `${requisicao.method} ${requisicao.url}`
    const corpo = await text(requisicao)
    recebidos.push(`${pedido} ${corpo}`.trim())
    return responder(pedido, corpo ? JSON.parse(corpo) : {})
  }
  await using http = await abrirHttp((requisicao, resposta) => {
    responderA(requisicao).then((dito) => {
      const status = typeof dito === 'number' ? dito : 200
      resposta.writeHead(status, { 'content-type': 'application/json' })
      resposta.end(JSON.stringify(dito))
    })
  })
  using terminal = abrirTerminal(t)
  terminal.gravar('estado.json', { pronto: true, gateway: http.url, servicos: {} })
  terminal.gravar('credenciais.json', { operador: OPERADOR })
  return { ...(await terminal.executar(comando, ...argumentos)), recebidos }
}
