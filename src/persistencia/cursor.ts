// The place in the log up to which one destination was told everything. The row is the only state:
// whoever reads on from it after a crash repeats at most what was not written down yet.
import { readFileSync } from 'node:fs'
import { agora } from '../contratos/ids.ts'
import type { Database } from './database.ts'

/**
 * acks=all on one broker is its machine's page cache, which Linux writes out after at most some
 * 35 s: what was acknowledged within this time before a power cut is published again.
 */
export const INCERTO_MS = 60_000

/** An event that its destination will never take. */
export interface Recusado {
  readonly id: number
  readonly codigo: string
  readonly mensagem: string
}

export interface Cursor {
  /** Before all else: after a reboot, back to what had been acknowledged INCERTO_MS before. */
  retomar(): Promise<void>
  ultimoId(): Promise<number>
  /** All up to `id` was acknowledged, or is among the refused. Never goes back. */
  avancar(id: number, recusados: readonly Recusado[]): Promise<void>
  retidos(): Promise<number>
}

interface Linha {
  readonly ultimo_id: number
  readonly firme_id: number
}
const NO_COMECO: Linha = { ultimo_id: 0, firme_id: 0 }

/** An empty `boot` never rewinds. */
export function criarCursor(db: Database, destino: string, boot = bootDaMaquina()): Cursor {
  const ler = async (): Promise<Linha> =>
    (await db.leitura.um<Linha>('select ultimo_id, firme_id from cursores where destino = $1', [
      destino,
    ])) ?? NO_COMECO
  let firmeId = 0
  /** Becomes firm once INCERTO_MS have gone by; by the steady clock, which nobody can set. */
  let marco = { id: 0, ms: 0 }

  return {
    async retomar() {
      if (boot !== '') await db.transacao((tx) => tx.executar(REBOBINAR, [destino, boot]))
      const { ultimo_id, firme_id } = await ler()
      firmeId = firme_id
      marco = { id: ultimo_id, ms: performance.now() }
    },
    ultimoId: async () => (await ler()).ultimo_id,
    async avancar(id, recusados) {
      const ms = performance.now()
      if (ms - marco.ms >= INCERTO_MS) {
        firmeId = marco.id
        marco = { id, ms }
      }
      const instante = agora()
      await db.transacao(async (tx) => {
        await tx.executarCada(
          RETER,
          recusados.map((r) => [destino, r.id, r.codigo, r.mensagem, instante]),
        )
        await tx.executar(AVANCAR, [destino, id, firmeId, boot, instante])
      })
    },
    async retidos() {
      const linha = await db.leitura.um<{ n: number }>(
        'select count(*) as n from eventos_retidos where destino = $1',
        [destino],
      )
      return linha?.n ?? 0
    },
  }
}

const REBOBINAR = `update cursores set ultimo_id = firme_id, boot = $2
  where destino = $1 and boot <> $2`

/** Another instance may be further already. */
const AVANCAR = `insert into cursores (destino, ultimo_id, firme_id, boot, instante)
  values ($1, $2, $3, $4, $5)
  on conflict (destino) do update set ultimo_id = excluded.ultimo_id,
    firme_id = excluded.firme_id, boot = excluded.boot, instante = excluded.instante
  where cursores.ultimo_id < excluded.ultimo_id`

/** Published again, it is refused again. */
const RETER = `insert into eventos_retidos (destino, id, codigo, mensagem, instante)
  values ($1, $2, $3, $4, $5) on conflict (destino, id) do nothing`

/** Only Linux tells one run of the machine from the next. */
function bootDaMaquina(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
