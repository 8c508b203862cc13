// Pages of orders: along an index and without a sort, two reads each, from a cursor that is ours.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { abrirBancoDeTeste } from '../../../testes/banco.ts'
import { paginas } from '../../../testes/paginas.features.ts'
import { STATUS } from '../../contratos/eventos.ts'
import { ARQUITETURAS, comoClienteId, type Instante, MAIOR_ID } from '../../contratos/ids.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { escreverCursor, lerCursor } from './cursor.ts'
import { type FiltroDePedidos, lerPagina } from './paginas.ts'

const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
const abrir = () => abrirBancoDeTeste(ESQUEMA)

paginas('SQLite', abrir, 60)

/** What SQLite says it will do for a page, and how many questions the page takes. */
async function planoDe(filtro: Partial<FiltroDePedidos>) {
  await using db = await abrir()
  await db.transacao(async (tx) => {
    await tx.executar(
      `insert into pedidos
         (id, cliente_id, arquitetura, status, total_centavos, criado_em, atualizado_em)
       values (1, 1, 'rest', 'pendente', 1, '2026', '2026'),
         (2, 1, 'rest', 'pendente', 1, '2026', '2026')`,
    )
  })
  const passos: string[] = []
  let leituras = 0
  const espiada: Leitura = {
    um: (sql, p) => db.leitura.um(sql, p),
    dasChaves<T>(sql: string, chaves: readonly (string | number)[]) {
      // Without keys the driver asks nothing.
      if (chaves.length > 0) leituras += 1
      return db.leitura.dasChaves<T>(sql, chaves)
    },
    async todos<T>(sql: string, p: readonly (string | number | null)[] = []) {
      leituras += 1
      type Passo = { detail: string }
      const plano = await db.leitura.todos<Passo>(`explain query plan ${sql}`, p)
      if (leituras === 1) passos.push(...plano.map(({ detail }) => detail))
      return db.leitura.todos<T>(sql, p)
    },
  }
  const { pedidos } = await lerPagina(espiada, { limite: 100, ...filtro })
  return { passos, leituras, lidos: pedidos.length }
}

const cliente_id = comoClienteId(1)
const desde = '2026-01-01T00:00:00.000Z' as Instante
const PLANOS: readonly [string, Partial<FiltroDePedidos>, string][] = [
  ['de todos', {}, 'pedidos_por_data'],
  ['de um período', { desde, ate: desde }, 'pedidos_por_data'],
  ['de um cliente', { cliente_id }, 'pedidos_do_cliente_por_data'],
  [
    'de um cliente, com tudo',
    { cliente_id, status: ['pendente', 'enviado'], arquitetura: 'rest', desde },
    'pedidos_do_cliente_por_data',
  ],
  [
    'de um status e uma arquitetura',
    { status: ['pendente'], arquitetura: 'rest', desde },
    'pedidos_do_status_e_arquitetura_por_data',
  ],
  ['de uma arquitetura', { arquitetura: 'rest' }, 'pedidos_da_arquitetura_por_data'],
]
for (const [nome, filtro, indice] of PLANOS) {
  test(`a página ${nome} segue um índice e não ordena nada`, async () => {
    const { passos } = await planoDe(filtro)
    const texto = passos.join('\n')
    assert.match(texto, new RegExp(`SEARCH p USING INDEX ${indice} `))
    assert.doesNotMatch(texto, /SCAN p\b|TEMP B-TREE/)
  })
}

test('a página de vários status segue o índice de cada par e só ordena o que mostra', async () => {
  const { passos } = await planoDe({ status: STATUS })
  const buscas = passos.filter((passo) => passo.startsWith('SEARCH p '))
  assert.equal(buscas.length, STATUS.length * (ARQUITETURAS.length + 1))
  assert.ok(buscas.every((b) => b.includes('_por_data (status=? AND arquitetura=? AND ')))
})

test('uma página são duas leituras, quantos pedidos tenha', async () => {
  const { leituras, lidos } = await planoDe({})
  assert.deepEqual([leituras, lidos], [2, 2])
})

test('o cursor volta a ser a posição que era, e cada posição tem um só cursor', () => {
  const posicoes = fc.record({
    criado_em: fc
      .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      .map((data) => data.toISOString() as Instante),
    id: fc.integer({ min: 1, max: MAIOR_ID }),
  })
  fc.assert(
    fc.property(posicoes, fc.string(), (posicao, resto) => {
      const cursor = escreverCursor(posicao)
      assert.match(cursor, /^[\w-]+$/)
      assert.deepEqual(lerCursor(cursor), { ...posicao })
      // What is added may make another place of it, but never a second text for the same.
      const outra = lerCursor(cursor + resto)
      if (outra) assert.equal(escreverCursor(outra), cursor + resto)
    }),
  )
  const de = (texto: string) => Buffer.from(texto).toString('base64url')
  const ruins = ['', '!', 'abc', '1', '1.2', '2.5.1', '1.5.0', '1.-5.1', '1.5.2147483648', '1. 5.1']
  for (const texto of [...ruins, '1.05.1', '1.999999999999999.1', '1.5.1.1']) {
    assert.equal(lerCursor(de(texto)), undefined, texto)
  }
  assert.equal(lerCursor(Buffer.from('1.5.1').toString('base64')), undefined)
})
