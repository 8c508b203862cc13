// A payment server that somebody else wrote: it knows the reference's fields and nothing of ours.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Recebida {
  readonly caminho: string
  readonly corpo: { readonly pedido_id?: number; readonly valor?: number }
}
export interface RespostaAlheia {
  readonly status: number
  /** Sent as it is when it is text, else as JSON. */
  readonly corpo?: unknown
}
export interface PagamentoAlheio extends AsyncDisposable {
  readonly url: string
  readonly recebidas: Recebida[]
  /** How it answers from now on. */
  responder: (recebida: Recebida) => RespostaAlheia
}

/** Pays what comes; a refund is an address that it does not have. */
export function aprovar({ caminho, corpo }: Recebida): RespostaAlheia {
  if (caminho !== '/pagamentos') return { status: 404, corpo: 'Not Found' }
  const { pedido_id } = corpo
  return { status: 200, corpo: { pedido_id, sucesso: true, mensagem: 'Pagamento aprovado' } }
}

export async function abrirPagamentoAlheio(): Promise<PagamentoAlheio> {
  const servidor = createServer(async (requisicao, resposta) => {
    const recebida = { caminho: requisicao.url ?? '', corpo: JSON.parse(await ler(requisicao)) }
    alheio.recebidas.push(recebida)
    const { status, corpo = '' } = alheio.responder(recebida)
    const texto = typeof corpo === 'string' ? corpo : JSON.stringify(corpo)
    resposta.writeHead(status, { 'content-type': 'application/json' }).end(texto)
  })
  servidor.listen(0, '127.0.0.1')
  await once(servidor, 'listening')
  const { port } = servidor.address() as AddressInfo
  const alheio: PagamentoAlheio = {
    url: `http://127.0.0.1:${port}`,
    recebidas: [],
    responder: aprovar,
    async [Symbol.asyncDispose]() {
      servidor.closeAllConnections()
      await servidor[Symbol.asyncDispose]()
    },
  }
  return alheio
}

async function ler(requisicao: IncomingMessage): Promise<string> {
  const partes: Buffer[] = []
  for await (const parte of requisicao) partes.push(parte as Buffer)
  return Buffer.concat(partes).toString('utf8')
}
