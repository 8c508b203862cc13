// A wire between a client and a server that a test can cut, and on which an answer can get lost.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Fio extends AsyncDisposable {
  /** The server's URL, by way of this wire. */
  readonly url: string
  /** From the message on in which the client says `palavra`, it hears nothing any more. */
  calarDepoisDe(palavra: string): void
  /** Ends what is connected now; new connections pass. */
  cortar(): void
}

export async function abrirFio(para: string): Promise<Fio> {
  const { hostname, port } = new URL(para)
  const pontas = new Set<Socket>()
  let palavra: string | undefined
  const servidor = createServer((cliente) => {
    const destino = connect(Number(port), hostname)
    let calado = false
    cliente.on('data', (dados) => {
      if (palavra !== undefined && dados.includes(palavra)) calado = true
      destino.write(dados)
    })
    destino.on('data', (dados) => {
      if (!calado) cliente.write(dados)
    })
    for (const [ponta, outra] of [
      [cliente, destino],
      [destino, cliente],
    ] as const) {
      pontas.add(ponta)
      ponta.on('error', () => undefined)
      ponta.on('close', () => {
        pontas.delete(ponta)
        outra.destroy()
      })
    }
  })
  servidor.listen(0, '127.0.0.1')
  await once(servidor, 'listening')
  const url = new URL(para)
  url.port = String((servidor.address() as AddressInfo).port)
  const cortar = () => {
    palavra = undefined
    for (const ponta of pontas) ponta.destroy()
  }
  return {
    url: url.href,
    cortar,
    calarDepoisDe: (dita) => {
      palavra = dita
    },
    async [Symbol.asyncDispose]() {
      const fechado = once(servidor, 'close')
      servidor.close()
      cortar()
      await fechado
    },
  }
}
