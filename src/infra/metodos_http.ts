// Which methods an address takes: for the 405 with its `Allow`, and for OPTIONS. The router itself
// only says that one method has no route.
import type { FastifyInstance } from 'fastify'

interface Endereco {
  readonly padrao: RegExp
  readonly metodos: Set<string>
}

/** Must be called before the routes are registered. The methods of a URL's path, none: no such. */
export function anotarMetodos(
  app: FastifyInstance,
  ignorarMaiusculas: boolean,
): (url: string) => readonly string[] {
  const enderecos = new Map<string, Endereco>()
  app.addHook('onRoute', ({ url, method }) => {
    const padrao = new RegExp(`^${comoPadrao(url)}$`, ignorarMaiusculas ? 'i' : '')
    const endereco = enderecos.get(url) ?? { padrao, metodos: new Set(['OPTIONS']) }
    for (const metodo of [method].flat()) endereco.metodos.add(metodo)
    enderecos.set(url, endereco)
  })
  return (url) => {
    const caminho = decodificar(url.split('?', 1)[0] ?? '')
    const iguais = [...enderecos.values()].filter(
      ({ padrao }) => caminho === '*' || padrao.test(caminho),
    )
    return [...new Set(iguais.flatMap(({ metodos }) => [...metodos]))].sort()
  }
}

/** `/pedidos/:pedido_id` → `/pedidos/[^/]*` */
const comoPadrao = (url: string): string =>
  url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]*')

function decodificar(caminho: string): string {
  try {
    return decodeURI(caminho)
  } catch {
    return caminho
  }
}
