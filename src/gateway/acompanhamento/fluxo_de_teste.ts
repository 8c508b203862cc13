// A stream of events over real HTTP, as a test holds it: what has arrived so far, and its end.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type EventoLido, lerEventos } from './leitor_de_teste.ts'

export interface Fluxo extends Disposable {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  texto(): string
  eventos(): EventoLido[]
  /** The `status` events as `pedido status`. */
  mudancas(): string[]
  ultimoId(): number | undefined
  /** No more is taken from the network. */
  pausar(): void
  continuar(): void
  /** Resolves with whether it ended in an orderly way. */
  readonly fim: Promise<boolean>
}

export async function abrirFluxo(
  endereco: string,
  token: string,
  cabecalhos: Readonly<Record<string, string>> = {},
): Promise<Fluxo> {
  const headers = { authorization: `Bearer ${token}`, ...cabecalhos }
  const requisicao = request(endereco, { headers, agent: false }).end()
  const [resposta] = (await once(requisicao, 'response')) as [IncomingMessage]
  let texto = ''
  resposta.setEncoding('utf8').on('data', (parte: string) => {
    texto += parte
  })
  // Cut off, it says so by an error and closes all the same.
  resposta.on('error', () => undefined)
  requisicao.on('error', () => undefined)
  const fim = new Promise<boolean>((pronto) => {
    resposta.once('close', () => pronto(resposta.complete))
  })
  return {
    status: resposta.statusCode ?? 0,
    headers: resposta.headers,
    texto: () => texto,
    eventos: () => lerEventos(texto).eventos,
    mudancas: () =>
      lerEventos(texto)
        .eventos.filter(({ evento }) => evento === 'status')
        .map(({ dados }) => `${dados.pedido_id} ${dados.status}`),
    ultimoId: () => lerEventos(texto).ultimoId,
    pausar: () => void resposta.pause(),
    continuar: () => void resposta.resume(),
    fim,
    [Symbol.dispose]: () => void requisicao.destroy(),
  }
}
