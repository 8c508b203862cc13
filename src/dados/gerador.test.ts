// Every rule of the specification's section 8, asked of one generated database of 3,000 orders.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { after, test } from 'node:test'
import { chaveValida } from '../contratos/chave_acesso.ts'
import { rastreamentoValido } from '../contratos/rastreamento.ts'
import { gerarDados } from './gerador.ts'
import type { OpcoesDados } from './opcoes.ts'

const TABELAS = {
  produtos: 'id, nome, preco, quantidade_estoque, preco_centavos',
  clientes: 'id, nome, email',
  pedidos: 'id, cliente_id, data_criacao, status, valor_total, valor_total_centavos',
  itens_pedido: 'id, pedido_id, produto_id, quantidade, preco_unitario, preco_unitario_centavos',
  pagamentos: 'id, pedido_id, data_processamento, status, metodo',
  notas_fiscais: 'id, pedido_id, numero, data_emissao, chave_acesso',
  envios: 'id, pedido_id, nota_fiscal_id, data_despacho, codigo_rastreamento, status',
} as const

const AGORA = '2026-10-01T12:00:00.000Z'
const LOJA: OpcoesDados = { pedidos: 3_000, clientes: 200, produtos: 60, agora: new Date(AGORA) }

const pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-dados-'))
const arquivo = join(pasta.path, 'loja.db')
const andamento: [number, number][] = []
const resumo = await gerarDados({ ...LOJA, saida: arquivo }, (feitos, total) =>
  andamento.push([feitos, total]),
)
const banco = new DatabaseSync(arquivo, { readOnly: true })
after(() => {
  banco.close()
  pasta.remove()
})

const linhas = (sql: string) => banco.prepare(sql).all()
const coluna = (sql: string) => linhas(sql).map((linha) => Object.values(linha)[0])
const numero = (sql: string) => Number(coluna(sql)[0])
/** A rule, written as the rows that would break it. */
const nenhuma = (sql: string) => assert.deepEqual(linhas(sql), [])

/** Within three standard deviations of a proportion p among n draws. */
function perto(observados: number, p: number, n: number) {
  const margem = 3 * Math.sqrt((p * (1 - p)) / n)
  const parte = observados / n
  assert.ok(Math.abs(parte - p) <= margem, `${parte.toFixed(4)} de ${n}, esperado ${p}`)
}

test('as sete tabelas têm as colunas da especificação', () => {
  const nomes = coluna("select name from sqlite_schema where type = 'table' order by name")
  assert.deepEqual(nomes, Object.keys(TABELAS).toSorted())
  for (const [tabela, colunas] of Object.entries(TABELAS)) {
    const nomes = coluna(`select name from pragma_table_xinfo('${tabela}')`)
    assert.equal(nomes.join(', '), colunas)
  }
})

test('o banco está íntegro e toda referência existe', () => {
  assert.deepEqual(coluna('pragma integrity_check'), ['ok'])
  nenhuma('pragma foreign_key_check')
})

test('o resumo conta o que está no banco', () => {
  for (const [campo, tabela] of [
    ['clientes', 'clientes'],
    ['produtos', 'produtos'],
    ['pedidos', 'pedidos'],
    ['itens', 'itens_pedido'],
    ['pagamentos', 'pagamentos'],
    ['notas', 'notas_fiscais'],
    ['envios', 'envios'],
  ] as const) {
    assert.equal(resumo[campo], numero(`select count(*) from ${tabela}`), tabela)
  }
  const porStatus = linhas('select status, count(*) as n from pedidos group by status')
  assert.deepEqual(resumo.porStatus, Object.fromEntries(porStatus.map((l) => [l.status, l.n])))
  assert.equal(resumo.saida, arquivo)
})

test('o progresso só cresce e termina no total', () => {
  const total = 3_000 + 200 + 60
  assert.deepEqual(andamento.at(-1), [total, total])
  assert.ok(andamento.every(([feitos], i) => feitos > (andamento[i - 1]?.[0] ?? 0)))
})

test('produtos têm nome, preço e estoque dentro das regras, sem nome repetido', () => {
  const nome = /^Produto \p{Lu}\p{L}+ (Eletrônico|Vestuário|Livro|Alimento)$/u
  for (const valor of coluna('select nome from produtos')) assert.match(String(valor), nome)
  assert.equal(numero('select count(distinct nome) from produtos'), 60)
  nenhuma('select * from produtos where preco_centavos not between 1050 and 50099')
  nenhuma('select * from produtos where quantidade_estoque not between 0 and 100')
})

test('e-mails são ASCII, únicos e levam o número do cliente', () => {
  for (const { id, email } of linhas('select id, email from clientes')) {
    assert.match(String(email), new RegExp(`^cliente_${id}_[a-z0-9._-]+@example\\.com$`))
  }
  assert.equal(numero('select count(distinct email) from clientes'), 200)
})

test('cada pedido tem de 1 a 5 produtos diferentes, de 1 a 3 unidades', () => {
  nenhuma(`select p.id from pedidos p left join itens_pedido i on i.pedido_id = p.id
           group by p.id having count(i.id) not between 1 and 5`)
  nenhuma('select * from itens_pedido where quantidade not between 1 and 3')
  nenhuma(`select 1 from itens_pedido group by pedido_id, produto_id having count(*) > 1`)
  assert.equal(numero('select count(distinct quantidade) from itens_pedido'), 3)
  const tamanhos = 'select count(*) as n from itens_pedido group by pedido_id'
  for (let n = 1; n <= 5; n++) {
    perto(numero(`select count(*) from (${tamanhos}) where n = ${n}`), 1 / 5, 3_000)
  }
})

test('o total é a soma exata dos itens e o valor em reais é o dos centavos', () => {
  nenhuma(`select p.id from pedidos p join itens_pedido i on i.pedido_id = p.id group by p.id
           having sum(i.quantidade * i.preco_unitario_centavos) <> p.valor_total_centavos`)
  nenhuma(`select i.id from itens_pedido i join produtos p on p.id = i.produto_id
           where i.preco_unitario_centavos <> p.preco_centavos`)
  nenhuma(`select id from pedidos where valor_total <> valor_total_centavos / 100.0
           or typeof(valor_total_centavos) <> 'integer' or typeof(valor_total) <> 'real'`)
  nenhuma('select id from produtos where preco <> preco_centavos / 100.0')
  nenhuma('select id from itens_pedido where preco_unitario <> preco_unitario_centavos / 100.0')
})

test('80% dos pedidos têm pagamento, metade deles aprovada, por três métodos', () => {
  const { pagamentos } = resumo
  perto(pagamentos, 0.8, 3_000)
  perto(numero("select count(*) from pagamentos where status = 'aprovado'"), 0.5, pagamentos)
  nenhuma("select * from pagamentos where status not in ('aprovado', 'rejeitado')")
  for (const metodo of ['cartao_credito', 'boleto', 'pix']) {
    perto(numero(`select count(*) from pagamentos where metodo = '${metodo}'`), 1 / 3, pagamentos)
  }
})

test('90% dos aprovados têm nota e 95% das notas têm envio, de situação uniforme', () => {
  const { notas, envios } = resumo
  perto(notas, 0.9, numero("select count(*) from pagamentos where status = 'aprovado'"))
  perto(envios, 0.95, notas)
  for (const status of ['aguardando_envio', 'enviado', 'entregue']) {
    perto(numero(`select count(*) from envios where status = '${status}'`), 1 / 3, envios)
  }
})

const HISTORIA = `select p.*, g.status as pagamento, g.data_processamento, n.data_emissao,
    e.status as envio, e.data_despacho
  from pedidos p left join pagamentos g on g.pedido_id = p.id
  left join notas_fiscais n on n.pedido_id = p.id left join envios e on e.pedido_id = p.id`

test('o status do pedido é o que o seu último passo diz', () => {
  const casos: [string, string][] = [
    ['pendente', 'pagamento is null and data_emissao is null and envio is null'],
    ['cancelado', "pagamento = 'rejeitado' and data_emissao is null and envio is null"],
    ['pagamento_aprovado', "pagamento = 'aprovado' and data_emissao is null and envio is null"],
    [
      'nf_emitida',
      `pagamento = 'aprovado' and data_emissao is not null
       and (envio is null or envio = 'aguardando_envio')`,
    ],
    ['enviado', "pagamento = 'aprovado' and data_emissao is not null and envio = 'enviado'"],
    ['entregue', "pagamento = 'aprovado' and data_emissao is not null and envio = 'entregue'"],
  ]
  for (const [status, condicao] of casos) {
    assert.ok((resumo.porStatus[status as 'pendente'] ?? 0) > 0, `nenhum ${status}`)
    nenhuma(`select * from (${HISTORIA}) where (status = '${status}') <> (${condicao})`)
  }
  const outros = casos.map(([status]) => `'${status}'`).join(', ')
  nenhuma(`select * from pedidos where status not in (${outros})`)
})

test('envio que aguarda não tem despacho; os outros têm', () => {
  nenhuma("select * from envios where (status = 'aguardando_envio') <> (data_despacho is null)")
  nenhuma(`select e.id from envios e join notas_fiscais n on n.id = e.nota_fiscal_id
           where n.pedido_id <> e.pedido_id`)
})

test('cada data vem depois da anterior, nenhuma no futuro, todas dentro de 90 dias', () => {
  nenhuma(`select * from (${HISTORIA}) where data_processamento <= data_criacao
           or data_emissao <= data_processamento or data_despacho <= data_emissao`)
  const datas = `select data_criacao as d from pedidos
    union all select data_processamento from pagamentos
    union all select data_emissao from notas_fiscais
    union all select data_despacho from envios where data_despacho is not null`
  const formato = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
  const dias90 = 90 * 24 * 3_600_000
  for (const data of coluna(datas)) {
    assert.match(String(data), formato)
    const idade = Date.parse(AGORA) - Date.parse(String(data))
    assert.ok(idade >= 0 && idade <= dias90, String(data))
  }
  nenhuma(`select a.id from pedidos a join pedidos b on b.id = a.id + 1
           where b.data_criacao < a.data_criacao`)
})

test('as notas são numeradas sem falta, na ordem da emissão', () => {
  const notas = linhas('select numero, data_emissao from notas_fiscais order by numero')
  notas.forEach(({ numero }, i) => {
    assert.equal(numero, i + 1)
  })
  const emissoes = notas.map((nota) => String(nota.data_emissao))
  assert.deepEqual(emissoes, emissoes.toSorted())
  // Otherwise the order of emission would be that of the orders and the test would say nothing.
  const porEmissao = coluna('select pedido_id from notas_fiscais order by numero').map(Number)
  assert.notDeepEqual(
    porEmissao,
    porEmissao.toSorted((a, b) => a - b),
  )
})

test('toda chave é válida, única e leva o mês da emissão e o número da nota', () => {
  const notas = linhas('select numero, data_emissao, chave_acesso from notas_fiscais')
  for (const { numero, data_emissao, chave_acesso } of notas) {
    const chave = String(chave_acesso)
    assert.ok(chaveValida(chave), chave)
    assert.equal(chave.slice(2, 6), String(data_emissao).replace('-', '').slice(2, 6))
    assert.equal(Number(chave.slice(25, 34)), numero)
    assert.notEqual(Number(chave.slice(35, 43)), numero)
  }
  assert.equal(new Set(notas.map((nota) => nota.chave_acesso)).size, notas.length)
})

test('todo código de rastreamento é válido e único', () => {
  const codigos = coluna('select codigo_rastreamento from envios').map(String)
  for (const codigo of codigos) assert.ok(rastreamentoValido(codigo), codigo)
  assert.equal(new Set(codigos).size, codigos.length)
})

function impressao(caminho: string): string {
  using lido = new DatabaseSync(caminho, { readOnly: true })
  const soma = createHash('sha256')
  for (const [tabela, colunas] of Object.entries(TABELAS)) {
    const consulta = lido.prepare(`select ${colunas} from ${tabela} order by id`)
    const linhas: Iterable<Record<string, SQLOutputValue>> = consulta.iterate()
    for (const linha of linhas) soma.update(JSON.stringify(linha))
  }
  return soma.digest('hex')
}

test('a mesma semente dá o mesmo conteúdo, mesmo com outra geração ao lado', async () => {
  const copias = ['a', 'b'].map((nome) => join(pasta.path, `${nome}.db`))
  const outra = join(pasta.path, 'outra.db')
  await Promise.all([
    ...copias.map((saida) => gerarDados({ ...LOJA, saida })),
    gerarDados({ ...LOJA, saida: outra, semente: 43 }),
  ])
  for (const copia of copias) assert.equal(impressao(copia), impressao(arquivo))
  assert.notEqual(impressao(outra), impressao(arquivo))
})

test('loja sem pedidos e loja vazia são geradas', async () => {
  const semPedidos = await gerarDados({ saida: join(pasta.path, 's.db'), pedidos: 0 })
  assert.deepEqual([semPedidos.clientes, semPedidos.produtos, semPedidos.notas], [50, 30, 0])
  const vazia = { saida: join(pasta.path, 'v.db'), pedidos: 0, clientes: 0, produtos: 0 }
  assert.deepEqual((await gerarDados(vazia)).porStatus, {})
})

test('sem --agora o histórico termina hoje e ninguém fica com mais de 90 dias', async () => {
  const saida = join(pasta.path, 'hoje.db')
  await gerarDados({ saida })
  using hoje = new DatabaseSync(saida, { readOnly: true })
  const { antiga, recente } = hoje
    .prepare('select min(data_criacao) as antiga, max(data_criacao) as recente from pedidos')
    .get() as { antiga: string; recente: string }
  assert.ok(Date.now() - Date.parse(antiga) < 90 * 24 * 3_600_000, antiga)
  assert.ok(Date.parse(recente) < Date.now(), recente)
})
