// pedidos' log as the tests play it: grows when told to, answers as `/interno/mudancas` does.
import type { FastifyInstance } from 'fastify'
import type { StatusPedido } from '../../contratos/eventos.ts'
import { comoClienteId, comoPedidoId, type Instante } from '../../contratos/ids.ts'
import type { Mudanca, Mudancas } from '../../servicos/pedidos/mudancas.ts'

const MAIOR_PAGINA = 1_000

export interface DiarioDeTeste {
  readonly mudancas: readonly Mudanca[]
  readonly fim: number
  /** Questions that are waiting for an answer now. */
  readonly esperando: number
  gravar(pedido: number, cliente: number, status: StatusPedido, motivo?: string): Mudanca
  /** An event that changes no status. */
  pular(): void
  /** As if restored from an older copy: all after this place is gone. */
  voltarA(lugar: number): void
  ler(apos: number, limite?: number, pedido?: number): Mudancas
  /** Resolves at the next `gravar`. */
  proxima(): Promise<void>
  rotas(app: FastifyInstance): void
}

export function criarDiario(): DiarioDeTeste {
  let mudancas: Mudanca[] = []
  let fim = 0
  let esperando = 0
  let acordar = Promise.withResolvers<void>()

  const diario: DiarioDeTeste = {
    get mudancas() {
      return mudancas
    },
    get fim() {
      return fim
    },
    get esperando() {
      return esperando
    },
    gravar(pedido, cliente, status, motivo) {
      fim += 1
      const mudanca = {
        ...{ id: fim, pedido_id: comoPedidoId(pedido), cliente_id: comoClienteId(cliente) },
        ...{ status, motivo: motivo ?? null, arquitetura: 'rest' },
        instante: '2026-01-02T03:04:05.678Z' as Instante,
      }
      mudancas.push(mudanca)
      acordar.resolve()
      acordar = Promise.withResolvers()
      return mudanca
    },
    pular() {
      fim += 1
    },
    voltarA(lugar) {
      mudancas = mudancas.filter(({ id }) => id <= lugar)
      fim = lugar
    },
    ler(apos, limite = MAIOR_PAGINA, pedido) {
      const depois = mudancas.filter(({ id }) => id > apos)
      const dele = depois.filter(({ pedido_id }) => (pedido ?? pedido_id) === pedido_id)
      const pagina = dele.slice(0, limite)
      return { ate: dele.length > limite ? pagina.at(-1)!.id : fim, mudancas: pagina }
    },
    proxima: () => acordar.promise,
    rotas(app) {
      app.get('/interno/mudancas', async ({ query, raw }) => {
        const { apos = 0, limite, pedido_id, espera_ms = 0 } = query as Record<string, string>
        const ler = () =>
          diario.ler(
            Number(apos),
            Number(limite ?? MAIOR_PAGINA),
            pedido_id ? Number(pedido_id) : undefined,
          )
        if (ler().ate !== Number(apos) || Number(espera_ms) === 0) return ler()
        const foiEmbora = Promise.withResolvers<void>()
        raw.once('close', foiEmbora.resolve)
        esperando += 1
        await Promise.race([diario.proxima(), foiEmbora.promise])
        esperando -= 1
        return ler()
      })
    },
  }
  return diario
}
