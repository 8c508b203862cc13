// A client that insists, for tests in which services die: what it asks is asked again until
// somebody is there to take it, an order always with the same key.
import { request } from 'undici'
import type { NomeArquitetura } from '../src/contratos/ids.ts'
import { ate } from './ate.ts'
import { umItem } from './contrato/sistema.ts'

/** Until the service, which may just be dead, has taken it. */
export async function mudar(
  base: string,
  caminho: string,
  corpo: object,
  limiteMs: number,
): Promise<void> {
  const mandar = async () => {
    const resposta = await request(base + caminho, {
      method: caminho.startsWith('/interno/pedidos/') ? 'POST' : 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(corpo),
    }).catch(() => undefined)
    await resposta?.body.dump()
    return resposta?.statusCode === 200
  }
  await ate(mandar, limiteMs, `PUT ${caminho}`)
}

/** The order, or nothing when nobody answered with one. */
export async function pedir(
  base: string,
  arquitetura: NomeArquitetura,
  chave: string,
): Promise<{ id: number; status: string } | undefined> {
  try {
    const { statusCode, body } = await request(`${base}/pedidos`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': chave,
        'x-arquitetura': arquitetura,
      },
      body: JSON.stringify({ cliente_id: 1, itens: umItem(), metodo: 'pix' }),
    })
    const corpo = (await body.json()) as { id: number; status: string }
    return statusCode < 300 ? corpo : undefined
  } catch {
    return undefined
  }
}
