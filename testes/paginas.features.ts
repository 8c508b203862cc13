// The list of orders page by page, the same on every driver: whatever is asked for, the pages laid
// one after another are the list, whatever arrives meanwhile.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { STATUS } from '../src/contratos/eventos.ts'
import { comoClienteId, type Instante } from '../src/contratos/ids.ts'
import type { Database, Valor } from '../src/persistencia/database.ts'
import { escreverCursor, lerCursor } from '../src/servicos/pedidos/cursor.ts'
import { type FiltroDePedidos, lerPagina } from '../src/servicos/pedidos/paginas.ts'

const ARQUITETURAS = ['historico', 'rest', 'grpc'] as const
const INICIO = Date.parse('2026-01-01T00:00:00.000Z')
const MAIS_PAGINAS_QUE_ISTO = 100

interface Guardado {
  readonly id: number
  readonly cliente_id: number
  readonly status: (typeof STATUS)[number]
  readonly arquitetura: string
  readonly criado_em: Instante
}
const instante = (n: number) => new Date(INICIO + n).toISOString() as Instante

/** Few instants, so that many orders share one. */
const pedidos = fc.array(
  fc.record({
    cliente_id: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom(...STATUS),
    arquitetura: fc.constantFrom(...ARQUITETURAS),
    quando: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 1, maxLength: 40 },
)
const filtros = fc.record(
  {
    cliente_id: fc.integer({ min: 1, max: 3 }).map(comoClienteId),
    status: fc.uniqueArray(fc.constantFrom(...STATUS), { maxLength: STATUS.length }),
    arquitetura: fc.constantFrom(...ARQUITETURAS),
    desde: fc.integer({ min: 0, max: 9 }).map(instante),
    ate: fc.integer({ min: 0, max: 9 }).map(instante),
  },
  { requiredKeys: [] },
)

async function guardar(db: Database, novos: readonly Guardado[]): Promise<void> {
  await db.transacao(async (tx) => {
    await tx.executarCada(
      `insert into pedidos
         (id, cliente_id, arquitetura, status, total_centavos, criado_em, atualizado_em)
       values ($1, $2, $3, $4, 100, $5, $5)`,
      novos.map((p): Valor[] => [p.id, p.cliente_id, p.arquitetura, p.status, p.criado_em]),
    )
    await tx.executarCada(
      'insert into itens_pedido values ($1, $2, 1, $3)',
      novos.flatMap(({ id }) => [2, 1].map((produto) => [id, produto, id])),
    )
  })
}
const esvaziar = (db: Database) =>
  db.transacao(async (tx) => {
    for (const tabela of ['itens_pedido', 'pedidos']) await tx.executar(`delete from ${tabela}`)
  })

/** Said as the documentation says it, without any SQL. */
function escolhidos(todos: readonly Guardado[], filtro: Partial<FiltroDePedidos>): number[] {
  const { cliente_id, status = [], arquitetura, desde = '', ate = '~' } = filtro
  return todos
    .filter((p) => cliente_id === undefined || p.cliente_id === cliente_id)
    .filter((p) => status.length === 0 || status.includes(p.status))
    .filter((p) => arquitetura === undefined || p.arquitetura === arquitetura)
    .filter((p) => p.criado_em >= desde && p.criado_em <= ate)
    .sort((a, b) =>
      a.criado_em === b.criado_em ? b.id - a.id : a.criado_em < b.criado_em ? 1 : -1,
    )
    .map(({ id }) => id)
}

async function folhear(
  db: Database,
  filtro: FiltroDePedidos,
  entrePaginas: () => Promise<void>,
): Promise<number[]> {
  const vistos: number[] = []
  let cursor = filtro.cursor
  for (let n = 0; n < MAIS_PAGINAS_QUE_ISTO; n++) {
    const { pedidos, proxima } = await lerPagina(db.leitura, { ...filtro, cursor })
    assert.ok(pedidos.length <= filtro.limite)
    for (const { id, itens } of pedidos) {
      assert.deepEqual(
        itens.map((item) => ({ ...item })),
        [1, 2].map((produto_id) => ({ produto_id, quantidade: 1, preco_unitario_centavos: id })),
      )
    }
    vistos.push(...pedidos.map(({ id }) => id))
    if (!proxima) return vistos
    assert.equal(pedidos.length, filtro.limite, 'só a última página é menor')
    cursor = lerCursor(escreverCursor(proxima))
    assert.deepEqual(cursor, proxima)
    await entrePaginas()
  }
  throw new Error('as páginas não acabam')
}

export function paginas(nome: string, abrir: () => Promise<Database>, rodadas: number): void {
  describe(`páginas de pedidos: ${nome}`, () => {
    it('as páginas, em seguida, são a lista que se pediu, e o que chega não as muda', async () => {
      await using db = await abrir()
      const limites = fc.integer({ min: 1, max: 25 })
      await fc.assert(
        fc.asyncProperty(pedidos, filtros, limites, async (linhas, filtro, limite) => {
          await esvaziar(db)
          const todos = linhas.map(({ quando, ...p }, i) => ({
            ...{ ...p, id: i + 1, criado_em: instante(quando) },
          }))
          await guardar(db, todos)
          let id = 1_000
          const chegarMais = async () => {
            id += 1
            await guardar(db, [{ ...todos[0]!, id, criado_em: instante(id) }])
          }
          const vistos = await folhear(db, { limite, ...filtro }, chegarMais)
          assert.deepEqual(vistos, escolhidos(todos, filtro))
        }),
        { numRuns: rodadas },
      )
    })
  })
}
