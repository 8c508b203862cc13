// A service's log with nothing around it: real rows in a real database, and who is told of each
// commit; what a relay reads from.
import type { Causa, Instante } from '../src/contratos/ids.ts'
import { agora } from '../src/contratos/ids.ts'
import { acrescentar, eventosApos, ultimoId } from '../src/persistencia/diario.ts'
import type { OpcoesDoRelay } from '../src/persistencia/relay.ts'
import { abrirBancoDeTeste, type BancoDeTeste } from './banco.ts'
import { EVENTOS } from './eventos.ts'

export const DESTINO = 'topicos'

export interface DiarioDeTeste extends AsyncDisposable {
  readonly db: BancoDeTeste
  /** All that a relay needs but for who takes it. */
  readonly fonte: Omit<OpcoesDoRelay<{ id: number; instante: Instante }>, 'publicar'>
  /** One commit of `quantos` events; answers the id of the last. */
  gravar(quantos: number, instante?: Instante): Promise<number>
  /** The last id that the cursor's row vouches for. */
  cursor(): Promise<number>
  retidos(): Promise<{ id: number; codigo: string; mensagem: string }[]>
}

export async function abrirDiarioDeTeste(): Promise<DiarioDeTeste> {
  const db = await abrirBancoDeTeste()
  const ouvintes = new Set<() => void>()
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
        const ids = Array.from({ length: quantos }, (_, i) => de + i)
        await acrescentar(
          tx,
          ids.map((id) => ({
            ...{ id, causa: `${id}/Estornar` as Causa, resumo: '', traceparent: '', instante },
            ...{ arquitetura: 'memoria', evento: EVENTOS.PagamentoEstornado },
          })),
        )
        return de + quantos - 1
      })
      for (const chamar of ouvintes) chamar()
      return ultimo
    },
    async cursor() {
      const linha = await db.leitura.um<{ ultimo_id: number }>(
        'select ultimo_id from cursores where destino = $1',
        [DESTINO],
      )
      return linha?.ultimo_id ?? 0
    },
    retidos: () =>
      db.leitura.todos('select id, codigo, mensagem from eventos_retidos order by id', []),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}
