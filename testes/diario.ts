// A service's log with nothing around it: real rows in a real database, and who is told of each
// commit; what a relay reads from.
import { agora, type Causa, type Instante } from '../src/contratos/ids.ts'
import type { Recusado } from '../src/persistencia/cursor.ts'
import type { Database } from '../src/persistencia/database.ts'
import { acrescentar, eventosApos, ultimoId } from '../src/persistencia/diario.ts'
import type { OpcoesDoRelay } from '../src/persistencia/relay.ts'
import { ate } from './ate.ts'
import { abrirBancoDeTeste } from './banco.ts'
import { EVENTOS } from './eventos.ts'

const DESTINO = 'topicos'
const LIMITE_MS = 10_000

export const umA = (n: number, de = 1) => Array.from({ length: n }, (_, i) => de + i)

export interface DiarioDeTeste extends AsyncDisposable {
  readonly db: Database
  /** All that a relay needs but for who takes it. */
  readonly fonte: Omit<OpcoesDoRelay<{ id: number; instante: Instante }>, 'publicar'>
  /** One commit of `quantos` events; answers the id of the last. */
  gravar(quantos: number, instante?: Instante): Promise<number>
  /** The last id that the cursor's row vouches for. */
  cursor(): Promise<number>
  /** Waits until it stands there. */
  cursorEm(id: number): Promise<unknown>
  retidos(): Promise<Recusado[]>
}

export async function abrirDiarioDeTeste(
  abrir: () => Promise<Database> = abrirBancoDeTeste,
): Promise<DiarioDeTeste> {
  const db = await abrir()
  const ouvintes = new Set<() => void>()
  const cursor = async () => {
    const linha = await db.leitura.um<{ ultimo_id: number }>(
      'select ultimo_id from cursores where destino = $1',
      [DESTINO],
    )
    return linha?.ultimo_id ?? 0
  }
  return {
    db,
    fonte: {
      db,
      destino: DESTINO,
      boot: '',
      ler: (apos, limite) => eventosApos(db.leitura, apos, limite),
      ultimoId: () => ultimoId(db.leitura),
      aoGravar(chamar) {
        ouvintes.add(chamar)
        return { [Symbol.dispose]: () => ouvintes.delete(chamar) }
      },
    },
    async gravar(quantos, instante = agora()) {
      const ultimo = await db.transacao(async (tx) => {
        const de = (await ultimoId(tx)) + 1
        await acrescentar(
          tx,
          umA(quantos, de).map((id) => ({
            ...{ id, causa: `${id}/Estornar` as Causa, resumo: '', traceparent: '', instante },
            ...{ arquitetura: 'memoria', evento: EVENTOS.PagamentoEstornado },
          })),
        )
        return de + quantos - 1
      })
      for (const chamar of ouvintes) chamar()
      return ultimo
    },
    cursor,
    cursorEm: (id) => ate(async () => (await cursor()) === id, LIMITE_MS, `cursor em ${id}`),
    retidos: () => db.leitura.todos('select id, codigo, mensagem from eventos_retidos order by id'),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

/** A destination that remembers the batches it took; `aceitar` may hold back, refuse or fail. */
export function destinoDeTeste(
  aceitar: (ids: number[], signal: AbortSignal) => Promise<Recusado[]>,
) {
  const lotes: number[][] = []
  return {
    lotes,
    async publicar(lote: readonly { id: number }[], signal: AbortSignal) {
      const ids = lote.map(({ id }) => id)
      const recusados = await aceitar(ids, signal)
      lotes.push(ids)
      return recusados
    },
  }
}
