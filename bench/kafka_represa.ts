// Orders accepted while antifraude holds them back, so that all are in the first topic; then it
// lets go, and it is counted how fast they come to their end. By the instants in the logs
// themselves, which nobody who looks on can slow down.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Pool } from 'undici'
import type { Bancada } from '../src/laboratorio/bancada.ts'
import { ate } from '../testes/ate.ts'
import { CORPO } from './rest.ts'

const EM_VOO = 200
const ESPERA_MS = 120_000
/** antifraude holds each order so long, and twice what accepting them all took the last time. */
const SEGURAR_MS = 2_000
const PRIMEIRA_VEZ_MS = 1

export interface Represa extends AsyncDisposable {
  /** Resolves when all are accepted. */
  aceitar(pedidos: number): Promise<void>
  /** Resolves when no order is open. */
  escoar(): Promise<void>
  /** Orders per second from antifraude's first decision to the last order's end. */
  correr(pedidos: number): Promise<{ porSegundo: number }>
}

export function abrirRepresa({ enderecos, diretorio }: Bancada): Represa {
  const pool = new Pool(enderecos.pedidos, { connections: EM_VOO })
  const publicado = async () => {
    const { body } = await pool.request({ method: 'GET', path: '/interno/kafka' })
    const { publicacao } = (await body.json()) as { publicacao: { pendentes: number } }
    return publicacao.pendentes === 0
  }
  const segurar = async (ms: number) => {
    const { status } = await fetch(`${enderecos.antifraude}/interno/simulacao`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ atraso_ms: [ms, ms] }),
    })
    if (status !== 200) throw new Error(`antifraude não segura: ${status}`)
  }
  const diarios = {
    antifraude: abrirDiario(diretorio, 'antifraude'),
    pedidos: abrirDiario(diretorio, 'pedidos'),
  }

  let msPorPedido = PRIMEIRA_VEZ_MS

  async function aceitar(pedidos: number): Promise<void> {
    let n = 0
    const umPorVez = async () => {
      while (n++ < pedidos) {
        const headers = { 'content-type': 'application/json', ...porKafka() }
        const opcoes = { method: 'POST', path: '/pedidos', headers, body: CORPO } as const
        const { statusCode, body } = await pool.request(opcoes)
        await body.dump()
        if (statusCode !== 202) throw new Error(`pedido não aceito: ${statusCode}`)
      }
    }
    await Promise.all(Array.from({ length: EM_VOO }, umPorVez))
  }
  // Asked of the book and not of the service: 50 times a second, beside what is measured.
  const escoar = async () => void (await ate(diarios.pedidos.semAbertos, ESPERA_MS, 'todos no fim'))

  return {
    aceitar,
    escoar,
    async correr(pedidos) {
      const antes = diarios.antifraude.ultimo()
      await segurar(SEGURAR_MS + 2 * pedidos * msPorPedido)
      const inicio = performance.now()
      await aceitar(pedidos)
      await ate(publicado, ESPERA_MS, 'tudo no tópico')
      msPorPedido = (performance.now() - inicio) / pedidos
      if (diarios.antifraude.ultimo() !== antes)
        throw new Error('antifraude não segurou o bastante')
      await segurar(0)
      await escoar()
      const comeco = diarios.antifraude.primeiroInstanteApos(antes)
      const fim = diarios.pedidos.ultimoInstante()
      return { porSegundo: (pedidos * 1_000) / (Date.parse(fim) - Date.parse(comeco)) }
    },
    async [Symbol.asyncDispose]() {
      for (const diario of Object.values(diarios)) diario[Symbol.dispose]()
      await pool.destroy()
    },
  }
}

export const porKafka = () => ({ 'idempotency-key': randomUUID(), 'x-arquitetura': 'kafka' })

const ULTIMO = 'select coalesce(max(id), 0) as id from eventos'
const DO_ULTIMO = `select instante from eventos where id = (${ULTIMO})`
const APOS = 'select min(instante) as instante from eventos where id > ?'
const ABERTO = `select id from pedidos where encerrado = 0 and origem = 'vivo' limit 1`

/** A service's book, read beside it as the checker does. */
function abrirDiario(diretorio: string, nome: string) {
  const db = new DatabaseSync(join(diretorio, 'dados', `${nome}.db`), { readOnly: true })
  const ler = <T>(sql: string, ...valores: number[]) => db.prepare(sql).get(...valores) as T
  return {
    ultimo: () => ler<{ id: number }>(ULTIMO).id,
    ultimoInstante: () => ler<{ instante: string }>(DO_ULTIMO).instante,
    primeiroInstanteApos: (id: number) => ler<{ instante: string }>(APOS, id).instante,
    semAbertos: () => ler(ABERTO) === undefined,
    [Symbol.dispose]: () => db.close(),
  }
}
