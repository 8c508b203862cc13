// How long an order takes from its planned start to its end, at a steady pace: in ours, where one
// follower reads the changes of status from pedidos, as the gateway does, and in the bare pipeline.
import { Pool } from 'undici'
import type { Bancada } from '../src/laboratorio/bancada.ts'
import type { Mudancas } from '../src/servicos/pedidos/mudancas.ts'
import { carregarAberto, quantil } from './carga_aberta.ts'
import type { Esteira } from './gemeos/esteira.ts'
import { porKafka } from './kafka_represa.ts'
import { CORPO } from './rest.ts'

const CONEXOES = 256
const ESPERA_MS = 25_000
const NO_FIM = Number.MAX_SAFE_INTEGER

export interface Ritmo {
  readonly porSegundo: number
  readonly aquecimentoS: number
  readonly segundos: number
}
const RITMO: Ritmo = { porSegundo: 500, aquecimentoS: 10, segundos: 20 }

/** What business there is costs: the same messages, rows and commits with none of it. */
export const medirLatenciaNua = ({ passar }: Esteira, ritmo: Partial<Ritmo> = {}) =>
  noRitmo(passar, ritmo)

export async function medirLatencia(
  { enderecos }: Bancada,
  ritmo: Partial<Ritmo> = {},
): Promise<Record<string, number>> {
  const pool = new Pool(enderecos.pedidos, { connections: CONEXOES })
  const fim = new AbortController()
  // Of orders under way, and of those that ended before their answer was read.
  const finais = new Map<number, PromiseWithResolvers<boolean>>()
  const finalDe = (id: number) => finais.getOrInsertComputed(id, () => Promise.withResolvers())
  const comprar = async () => {
    const headers = { 'content-type': 'application/json', ...porKafka() }
    const opcoes = { method: 'POST', path: '/pedidos', headers, body: CORPO } as const
    const { statusCode, body } = await pool.request(opcoes)
    const { id } = (await body.json()) as { id: number }
    if (statusCode !== 202) return false
    const enviado = await finalDe(id).promise
    finais.delete(id)
    return enviado
  }
  const seguindo = seguir(enderecos.pedidos, fim.signal, (id, status) => {
    if (status === 'enviado') finalDe(id).resolve(true)
    else if (status === 'recusado' || status === 'cancelado') finalDe(id).resolve(false)
  })
  const medida = await noRitmo(comprar, ritmo)
  fim.abort()
  await seguindo
  await pool.destroy()
  return medida
}

async function noRitmo(
  uma: () => Promise<boolean>,
  ritmo: Partial<Ritmo>,
): Promise<Record<string, number>> {
  const { porSegundo, aquecimentoS, segundos } = { ...RITMO, ...ritmo }
  const chegadas = await carregarAberto(uma, porSegundo, aquecimentoS + segundos)
  const contadas = chegadas.filter(({ planejadaMs }) => planejadaMs >= aquecimentoS * 1_000)
  return {
    'pedidos por segundo': porSegundo,
    'p50, ms': Math.round(quantil(contadas, 0.5)),
    'p95, ms': Math.round(quantil(contadas, 0.95)),
    'p99, ms': Math.round(quantil(contadas, 0.99)),
    'sem fim': contadas.filter(({ certa }) => !certa).length,
  }
}

async function seguir(
  url: string,
  signal: AbortSignal,
  aoMudar: (pedido: number, status: string) => void,
): Promise<void> {
  const pool = new Pool(url, { connections: 1 })
  try {
    for (let apos = NO_FIM, espera = 0; !signal.aborted; espera = ESPERA_MS) {
      const path = `/interno/mudancas?apos=${apos}&espera_ms=${espera}`
      const { body } = await pool.request({ method: 'GET', path, signal })
      const { ate, mudancas } = (await body.json()) as Mudancas
      for (const { pedido_id, status } of mudancas) aoMudar(pedido_id, status)
      apos = ate
    }
  } catch (erro) {
    if (!signal.aborted) throw erro
  } finally {
    await pool.destroy()
  }
}
