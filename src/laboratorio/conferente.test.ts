// The checker on books that really balance, then on copies of them with one thing wrong each: it
// must name just the checks that the wrong thing breaks, and every check must be broken by one.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { SUBSTITUIVEIS } from '../contratos/ids.ts'
import { corrupcoes } from './conferencias/corrupcoes_de_teste.ts'
import { abrirLoja, type Fins, viverUmDia } from './conferencias/loja_de_teste.ts'
import { TARDIAS } from './conferencias/vistas.ts'
import { CONFERENCIAS, conferir, imprimirRelatorio, type Relatorio } from './conferente.ts'

let raiz: string
let certos: string
let fins: Fins

before(async () => {
  raiz = await mkdtemp(join(tmpdir(), 'conferente-'))
  certos = join(raiz, 'certos')
  await using loja = await abrirLoja(certos, true)
  fins = await viverUmDia(loja)
})
after(() => rm(raiz, { recursive: true, force: true }))

const quebradas = ({ porConferencia }: Relatorio): string[] =>
  Object.keys(porConferencia).filter((nome) => porConferencia[nome]! > 0)

/** A copy of the balanced books with `sql` run on one of them. */
async function copia(livro: string, sql: string): Promise<string> {
  const diretorio = await mkdtemp(join(raiz, 'copia-'))
  await cp(certos, diretorio, { recursive: true })
  using db = new DatabaseSync(join(diretorio, `${livro}.db`), {
    enableForeignKeyConstraints: false,
  })
  db.exec(`pragma synchronous = off; pragma ignore_check_constraints = on; ${sql}`)
  return diretorio
}

suite('livros certos', () => {
  test('todos os fins de um pedido conferem, e a cobrança avulsa é só contada', async () => {
    const relatorio = await conferir(certos)
    assert.deepEqual(relatorio.problemas, [])
    assert.equal(relatorio.pedidos, 10)
    assert.deepEqual(relatorio.porStatus, { cancelado: 6, enviado: 2, entregue: 1, recusado: 1 })
    assert.equal(relatorio.cobrancasAvulsas, 1)
    assert.match(imprimirRelatorio(relatorio), /Tudo confere: \d+ conferências/)
  })

  test('livros ainda vazios conferem', async () => {
    const diretorio = join(raiz, 'vazios')
    await using _loja = await abrirLoja(diretorio, false)
    const { pedidos, porStatus, problemas } = await conferir(diretorio)
    assert.deepEqual(
      { pedidos, porStatus, problemas },
      { pedidos: 0, porStatus: {}, problemas: [] },
    )
  })

  test('sem história importada as notas começam em 1 e conferem', async () => {
    const diretorio = join(raiz, 'sem_historico')
    await using loja = await abrirLoja(diretorio, false)
    await loja.comprar()
    assert.deepEqual((await conferir(diretorio)).problemas, [])
  })

  test('conferir não altera nenhum livro', async () => {
    const ler = () => Promise.all(LIVROS.map((livro) => readFile(join(certos, `${livro}.db`))))
    const antes = await ler()
    await conferir(certos)
    assert.deepEqual(await ler(), antes)
  })

  test('livros de antes das reposições conferem como estão, e depois de abertos', async () => {
    const diretorio = join(raiz, 'antigos')
    await (await abrirLoja(diretorio, true))[Symbol.asyncDispose]()
    for (const [livro, tabela] of Object.entries(TARDIAS)) {
      using db = new DatabaseSync(join(diretorio, `${livro}.db`))
      db.exec(`drop table ${tabela}`)
    }
    assert.deepEqual((await conferir(diretorio)).problemas, [])
    await rm(join(diretorio, 'ecommerce.db'))
    await using loja = await abrirLoja(diretorio, true)
    await viverUmDia(loja)
    assert.deepEqual((await conferir(diretorio)).problemas, [])
  })

  test('com os serviços no ar, o pedido em andamento só é problema se não for aceito', async () => {
    const diretorio = join(raiz, 'aberta')
    await using loja = await abrirLoja(diretorio, true)
    await loja.comprar()
    const pedido_id = await loja.fechado('logistica', loja.comprar)
    const { problemas } = await conferir(diretorio)
    assert.deepEqual(problemas, [
      { conferencia: 'parados', pedido_id, detalhe: 'parado em nf_emitida' },
    ])
    assert.deepEqual((await conferir(diretorio, { aceitarAbertos: true })).problemas, [])
  })
})

suite('livros com uma coisa errada', () => {
  for (const { nome, livro, sql, espera } of corrupcoes) {
    test(`${nome}: aponta ${espera.join(', ')}`, async () => {
      const relatorio = await conferir(await copia(livro, sql(fins)))
      assert.deepEqual(quebradas(relatorio).sort(), [...espera].sort(), JSON.stringify(relatorio))
      for (const { detalhe } of relatorio.problemas) assert.ok(detalhe)
    })
  }

  test('cada conferência é quebrada por alguma coisa errada', () => {
    const provadas = new Set<string>(corrupcoes.flatMap(({ espera }) => espera))
    assert.deepEqual(
      Object.keys(CONFERENCIAS).filter((nome) => !provadas.has(nome)),
      [],
    )
  })

  test('a lista de problemas é curta e a conta é completa', async () => {
    const muitos = `insert into lancamentos (chave, operacao, resultado, instante)
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)
      select 'x' || i, 'cobranca', 'recusada', '' from n`
    const relatorio = await conferir(await copia('provedor', muitos))
    assert.equal(relatorio.problemas.length, 20)
    assert.equal(relatorio.totalDeProblemas, 500)
    assert.match(imprimirRelatorio(relatorio), /NÃO CONFERE: 500 problema\(s\)/)
  })
})

suite('livros que não se leem', () => {
  test('banco que falta é dito pelo nome', async () => {
    const diretorio = await copia('fiscal', '')
    for (const livro of ['fiscal', 'provedor']) await rm(join(diretorio, `${livro}.db`))
    await assert.rejects(conferir(diretorio), /Faltam bancos em .*: fiscal\.db, provedor\.db\./)
  })

  test('arquivo que não é banco é dito pelo nome', async () => {
    const diretorio = await copia('fiscal', '')
    await writeFile(join(diretorio, 'estoque.db'), 'isto não é um banco de dados'.repeat(100))
    await assert.rejects(conferir(diretorio), /Não foi possível ler .*estoque\.db/)
  })

  test('banco sem as tabelas é dito pelo nome', async () => {
    const diretorio = await copia('pedidos', 'drop table retidos')
    await assert.rejects(conferir(diretorio), /pedidos\.db não tem a\(s\) tabela\(s\) retidos/)
  })
})

suite('serviço que outro faz', () => {
  for (const ausente of SUBSTITUIVEIS) {
    test(`sem o livro de ${ausente}, o que é nosso confere`, async () => {
      const diretorio = await copia('pedidos', '')
      const livros = ausente === 'pagamentos' ? [ausente, 'provedor'] : [ausente]
      for (const livro of livros) await rm(join(diretorio, `${livro}.db`))
      const relatorio = await conferir(diretorio, { ausentes: [ausente] })
      assert.deepEqual(relatorio.problemas, [])
      const dito = new RegExp(`sem conferir, de outro: ${ausente}\n`)
      assert.match(imprimirRelatorio(relatorio), dito)
    })
  }

  test('os passos dos outros não deixam de ser procurados', async () => {
    const diretorio = await copia('fiscal', 'delete from notas_fiscais')
    await rm(join(diretorio, 'estoque.db'))
    const relatorio = await conferir(diretorio, { ausentes: ['estoque'] })
    assert.ok(quebradas(relatorio).includes('nota_se_enviado'))
    assert.ok(!quebradas(relatorio).includes('reservado_se_enviado'))
  })
})

suite('comando', () => {
  test('termina com 0 quando confere e escreve o relatório', async () => {
    const { codigo, saida } = await comando(['--dados', certos])
    assert.equal(codigo, 0)
    assert.match(saida, /pedidos +10\n/)
  })

  test('termina com 1 quando há problemas, em JSON se assim pedido', async () => {
    const diretorio = await copia('estoque', 'update produtos_local set livre = livre + 1')
    const { codigo, saida } = await comando(['--dados', diretorio, '--json'])
    assert.equal(codigo, 1)
    assert.ok((JSON.parse(saida) as Relatorio).porConferencia.reservado_e_livre! > 0)
  })

  test('termina com 2 e diz por quê quando falta um banco ou a opção não existe', async () => {
    const vazio = await comando(['--dados', join(raiz, 'nada')])
    assert.equal(vazio.codigo, 2)
    assert.match(vazio.erros, /Faltam bancos em .*: pedidos\.db/)
    const errado = await comando(['--tudo'])
    assert.equal(errado.codigo, 2)
    assert.match(errado.erros, /Opção desconhecida: --tudo\./)
  })

  test('a ajuda termina com 0 e traz um exemplo', async () => {
    const { codigo, saida } = await comando(['--help'])
    assert.equal(codigo, 0)
    assert.match(saida, /npm start -- conferir --dados/)
  })
})

const LIVROS = ['pedidos', 'antifraude', 'pagamentos', 'estoque', 'fiscal', 'logistica', 'provedor']

/** In a process of its own: its output is not the tests'. */
function comando(argumentos: readonly string[]) {
  const modulo = new URL('../cli/conferir.ts', import.meta.url)
  const programa = `import { comandoConferir } from '${modulo.href}'
    process.exitCode = await comandoConferir(process.argv.slice(1))`
  const node = ['--input-type=module', '-e', programa, '--', ...argumentos]
  return new Promise<{ codigo: number; saida: string; erros: string }>((resolver) => {
    const filho = execFile(process.execPath, node, (_, saida, erros) =>
      resolver({ codigo: filho.exitCode ?? -1, saida, erros }),
    )
  })
}
