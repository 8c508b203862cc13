// The schema refuses, by itself, every row that the rules forbid: each case differs from a good row
// in one value only.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'

type Linha = Record<string, string | number | null>

const DATA = '2026-01-02T03:04:05.678Z'
const BOAS: Record<string, Linha> = {
  produtos: { id: 1, nome: 'Produto Mesa Livro', quantidade_estoque: 0, preco_centavos: 1050 },
  clientes: { id: 1, nome: 'Ana', email: 'cliente_1_ana@example.com' },
  pedidos: {
    id: 1,
    cliente_id: 1,
    data_criacao: DATA,
    status: 'entregue',
    valor_total_centavos: 1050,
  },
  itens_pedido: {
    id: 1,
    pedido_id: 1,
    produto_id: 1,
    quantidade: 1,
    preco_unitario_centavos: 1050,
  },
  pagamentos: {
    id: 1,
    pedido_id: 1,
    data_processamento: DATA,
    status: 'aprovado',
    metodo: 'pix',
  },
  notas_fiscais: {
    id: 1,
    pedido_id: 1,
    numero: 1,
    data_emissao: DATA,
    chave_acesso: '52060433009911002506550120000007800267301615',
  },
  envios: {
    id: 1,
    pedido_id: 1,
    nota_fiscal_id: 1,
    data_despacho: DATA,
    status: 'enviado',
    codigo_rastreamento: 'BR473124829BR',
  },
}

const RUINS: [tabela: string, troca: Linha, motivo: RegExp][] = [
  ['produtos', { preco_centavos: 0 }, /CHECK/],
  ['produtos', { preco_centavos: 10.5 }, /cannot store REAL/],
  ['produtos', { quantidade_estoque: -1 }, /CHECK/],
  ['produtos', { preco_centavos: null }, /NOT NULL/],
  ['clientes', { id: 2 }, /UNIQUE.*email/],
  ['clientes', { email: 'ana' }, /CHECK/],
  ['pedidos', { cliente_id: 9 }, /FOREIGN KEY/],
  ['pedidos', { status: 'perdido' }, /CHECK/],
  ['pedidos', { valor_total_centavos: 0 }, /CHECK/],
  ['pedidos', { data_criacao: '2026-01-02 03:04:05' }, /CHECK/],
  ['pedidos', { data_criacao: '2026-02-30T00:00:00.000Z' }, /CHECK/],
  ['itens_pedido', { pedido_id: 9 }, /FOREIGN KEY/],
  ['itens_pedido', { produto_id: 9 }, /FOREIGN KEY/],
  ['itens_pedido', { quantidade: 0 }, /CHECK/],
  ['itens_pedido', { preco_unitario_centavos: -1 }, /CHECK/],
  ['itens_pedido', { id: 2 }, /UNIQUE.*produto_id/],
  ['pagamentos', { pedido_id: 9 }, /FOREIGN KEY/],
  ['pagamentos', { status: 'talvez' }, /CHECK/],
  ['pagamentos', { metodo: 'cheque' }, /CHECK/],
  ['pagamentos', { data_processamento: null }, /NOT NULL/],
  ['pagamentos', { id: 2 }, /UNIQUE.*pedido_id/],
  ['notas_fiscais', { pedido_id: 9 }, /FOREIGN KEY/],
  ['notas_fiscais', { numero: 0 }, /CHECK/],
  ['notas_fiscais', { chave_acesso: '123' }, /CHECK/],
  ['notas_fiscais', { chave_acesso: 'x'.repeat(44) }, /CHECK/],
  ['notas_fiscais', { data_emissao: 'ontem' }, /CHECK/],
  ['notas_fiscais', { id: 2 }, /UNIQUE/],
  ['envios', { nota_fiscal_id: 9 }, /FOREIGN KEY/],
  ['envios', { status: 'perdido' }, /CHECK/],
  ['envios', { status: 'aguardando_envio' }, /CHECK/],
  ['envios', { data_despacho: null }, /CHECK/],
  ['envios', { codigo_rastreamento: 'BR473124829PY' }, /CHECK/],
  ['envios', { id: 2 }, /UNIQUE/],
]

/** All good rows, except that the row of `tabela` waits for the test. */
function bancoSem(tabela: string): DatabaseSync {
  const banco = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true })
  banco.exec(readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8'))
  for (const [nome, linha] of Object.entries(BOAS)) {
    if (nome === tabela) break
    inserir(banco, nome, linha)
  }
  return banco
}

function inserir(banco: DatabaseSync, tabela: string, linha: Linha): void {
  const colunas = Object.keys(linha)
  const lugares = colunas.map(() => '?').join(', ')
  const sql = `insert into ${tabela} (${colunas.join(', ')}) values (${lugares})`
  banco.prepare(sql).run(...Object.values(linha))
}

test('uma linha boa de cada tabela entra', () => {
  using banco = bancoSem('')
  assert.equal(banco.prepare('select valor_total from pedidos').get()?.valor_total, 10.5)
})

for (const [tabela, troca, motivo] of RUINS) {
  test(`${tabela} recusa ${JSON.stringify(troca).slice(0, 60)}`, () => {
    using banco = bancoSem(tabela)
    const boa = BOAS[tabela] ?? {}
    // A repeated unique value needs the good row to be there first.
    if (motivo.source.startsWith('UNIQUE')) inserir(banco, tabela, boa)
    assert.throws(() => inserir(banco, tabela, { ...boa, ...troca }), motivo)
  })
}
