// What catalogo and estoque promise of the acts on products, asked of both drivers: each act once
// whatever is repeated, whole or not at all, in turn with the orders' batches.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { comoCentavos } from '../src/contratos/dinheiro.ts'
import { ErroDeNegocio } from '../src/contratos/errors.ts'
import { type Causa, comoPedidoId, comoProdutoId } from '../src/contratos/ids.ts'
import { causaDoAto, MAIOR_ENTRADA } from '../src/contratos/produtos.ts'
import type { Database } from '../src/persistencia/database.ts'
import { type ConsultasDeCatalogo, catalogo } from '../src/servicos/catalogo/servico.ts'
import { type ConsultasDeEstoque, estoque } from '../src/servicos/estoque/servico.ts'
import type { ModuloDeServico } from '../src/servicos/partes.ts'
import { criarSimulador } from '../src/servicos/simulacao.ts'
import { envelope, resumido, SEM_REGISTRO } from './banco.ts'

/** An empty database with the service's tables. */
export type AbrirBanco = (modulo: ModuloDeServico<unknown>) => Promise<Database>

const [A, B] = [comoProdutoId(1), comoProdutoId(2)]
const chave = (nome: string): Causa => causaDoAto('ReporEstoque', 7, nome)
const vizinhos = {
  produtos: async () => [],
  unidadesLivres: async () => new Map([[A, 3]]),
  compra: async () => Promise.reject(new ErroDeNegocio('servico_indisponivel')),
}

async function abrir<Q>(modulo: ModuloDeServico<Q>, abrirBanco: AbrirBanco) {
  const db = await abrirBanco(modulo)
  const simulador = criarSimulador(modulo.nome)
  const contexto = { db, simulador, vizinhos, operacoes: SEM_REGISTRO, diretorio: '' }
  const { servico, consultas } = await modulo.iniciar(contexto)
  return { db, servico, consultas, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

export function atosSobreProdutos(driver: string, abrirBanco: AbrirBanco): void {
  describe(`${driver}: reposições`, () => reposicoes(() => abrir(estoque(), abrirBanco)))
  describe(`${driver}: produtos`, () => produtos(() => abrir(catalogo(), abrirBanco)))
}

type Aberto<Q> = ReturnType<typeof abrir<Q>>

const naPrateleira = async (db: Database, produto = A): Promise<number | undefined> =>
  (
    await db.leitura.um<{ livre: number }>(
      'select livre from produtos_local where produto_id = $1',
      [produto],
    )
  )?.livre
const contar = async (db: Database, tabela: string): Promise<number | undefined> =>
  (await db.leitura.um<{ n: number }>(`select count(*) as n from ${tabela}`))?.n

function reposicoes(abrirEstoque: () => Aberto<ConsultasDeEstoque>): void {
  it('soma às unidades livres, e a repetição responde o mesmo sem somar', async () => {
    await using e = await abrirEstoque()
    const comando = { causa: chave('a'), produto_id: A, quantidade: 5 }
    const primeira = await e.consultas.repor(comando)
    assert.deepEqual(primeira, { produto_id: A, quantidade: 5, estoque: 5, repetido: false })
    await e.consultas.repor({ causa: chave('b'), produto_id: A, quantidade: 2 })
    assert.deepEqual(await e.consultas.repor(comando), { ...primeira, repetido: true })
    assert.deepEqual([await naPrateleira(e.db), await contar(e.db, 'reposicoes')], [7, 2])
  })

  it('50 ao mesmo tempo com a mesma chave somam uma vez', async () => {
    await using e = await abrirEstoque()
    const comando = { causa: chave('a'), produto_id: A, quantidade: 5 }
    const feitas = await Promise.all(Array.from({ length: 50 }, () => e.consultas.repor(comando)))
    assert.equal(feitas.filter(({ repetido }) => !repetido).length, 1)
    assert.deepEqual(new Set(feitas.map((feita) => feita.estoque)), new Set([5]))
    assert.equal(await naPrateleira(e.db), 5)
  })

  it('a mesma chave com outra quantidade ou outro produto é recusada e nada muda', async () => {
    await using e = await abrirEstoque()
    const comando = { causa: chave('a'), produto_id: A, quantidade: 5 }
    await e.consultas.repor(comando)
    for (const mudanca of [{ quantidade: 6 }, { produto_id: B }]) {
      const outra = e.consultas.repor({ ...comando, ...mudanca })
      await assert.rejects(outra, { codigo: 'chave_divergente' })
    }
    assert.deepEqual([await naPrateleira(e.db), await naPrateleira(e.db, B)], [5, undefined])
  })

  it('o total que um produto já recebeu cabe em 32 bits, vendidas e tudo', async () => {
    await using e = await abrirEstoque()
    const inicial = MAIOR_ENTRADA - 10
    await e.db.transacao((tx) =>
      tx.executar('insert into produtos_local values ($1, $2, 0)', [A, inicial]),
    )
    await e.consultas.repor({ causa: chave('a'), produto_id: A, quantidade: 4 })
    const demais = e.consultas.repor({ causa: chave('b'), produto_id: A, quantidade: 7 })
    await assert.rejects(demais, { codigo: 'campo_invalido', campo: 'quantidade' })
    assert.deepEqual([await naPrateleira(e.db), await contar(e.db, 'reposicoes')], [4, 1])
    const justa = await e.consultas.repor({ causa: chave('b'), produto_id: A, quantidade: 6 })
    assert.equal(justa.estoque, 10)
  })

  it('entre separações ao mesmo tempo nenhuma unidade se perde nem se vende a mais', async () => {
    await using e = await abrirEstoque()
    await e.consultas.repor({ causa: chave('inicio'), produto_id: A, quantidade: 10 })
    const separacoes = Array.from({ length: 60 }, (_, i) => {
      const itens = [{ produto_id: A, quantidade: 1 }]
      return envelope({ tipo: 'SepararEstoque', pedido_id: comoPedidoId(1_001 + i), itens })
    })
    const separando = separacoes.map(async (separacao, i) => {
      // In several batches, with restocks before, between and behind them.
      for (let volta = 0; volta < i; volta++) await new Promise(setImmediate)
      const [resultado] = await e.servico.handle([separacao])
      return resumido(resultado!)
    })
    const repondo = Array.from({ length: 20 }, async (_, i) => {
      for (let volta = 0; volta < 3 * i; volta++) await new Promise(setImmediate)
      return e.consultas.repor({ causa: chave(`${i}`), produto_id: A, quantidade: 1 })
    })
    const [feitas] = await Promise.all([Promise.all(separando), Promise.all(repondo)])
    const separadas = feitas.filter((nome) => nome === 'EstoqueSeparado').length
    assert.ok(separadas >= 10 && separadas <= 30, `${separadas} separadas`)
    assert.equal(await naPrateleira(e.db), 30 - separadas)
  })
}

function produtos(abrirCatalogo: () => Aberto<ConsultasDeCatalogo>): void {
  const causa = causaDoAto('CriarProduto', 7, 'a')
  const novo = { causa, nome: 'Mesa', preco_centavos: comoCentavos(1_050), unidades: 3 }

  it('o produto é criado uma vez, e a repetição responde como ele foi criado', async () => {
    await using c = await abrirCatalogo()
    const feitos = await Promise.all(Array.from({ length: 20 }, () => c.consultas.criar(novo)))
    const produto = { id: 1, nome: 'Mesa', preco_centavos: 1_050 }
    assert.deepEqual(new Set(feitos.map((feito) => JSON.stringify(feito.produto))).size, 1)
    assert.deepEqual(feitos[0], { produto, repetido: false })
    await c.consultas.mudar({ produto_id: A, preco_centavos: comoCentavos(2_000) })
    assert.deepEqual(await c.consultas.criar(novo), { produto, repetido: true })
    const mostrado = { ...produto, preco_centavos: 2_000, estoque: 3 }
    assert.deepEqual(await c.consultas.produtos(), [mostrado])
  })

  it('a mesma chave com outro nome, preço ou unidades é recusada e nada muda', async () => {
    await using c = await abrirCatalogo()
    await c.consultas.criar(novo)
    const preco_centavos = comoCentavos(1)
    for (const mudanca of [{ nome: 'Cama' }, { preco_centavos }, { unidades: 0 }]) {
      const outro = c.consultas.criar({ ...novo, ...mudanca })
      await assert.rejects(outro, { codigo: 'chave_divergente' })
    }
    assert.deepEqual([await contar(c.db, 'produtos'), await contar(c.db, 'alteracoes')], [1, 1])
  })

  it('cada um com a sua chave tem o seu número, e outro administrador tem as suas', async () => {
    await using c = await abrirCatalogo()
    const causas = [causa, causaDoAto('CriarProduto', 7, 'b'), causaDoAto('CriarProduto', 8, 'a')]
    const feitos = await Promise.all(causas.map((causa) => c.consultas.criar({ ...novo, causa })))
    assert.deepEqual(feitos.map((feito) => feito.produto.id).sort(), [1, 2, 3])
  })

  it('mudar muda só o que é dito, uma linha por mudança e nenhuma pelo que já era', async () => {
    await using c = await abrirCatalogo()
    await c.consultas.criar(novo)
    const mudado = await c.consultas.mudar({ produto_id: A, nome: 'Mesa redonda' })
    assert.deepEqual(mudado, { id: A, nome: 'Mesa redonda', preco_centavos: 1_050 })
    for (const nome of ['Mesa redonda', undefined]) {
      await c.consultas.mudar({ produto_id: A, nome, preco_centavos: comoCentavos(1_050) })
    }
    const linhas = await c.db.leitura.todos<{ causa: string; dados: string }>(
      'select causa, dados from alteracoes order by id',
    )
    assert.deepEqual(
      linhas.map((linha) => [linha.causa, JSON.parse(linha.dados)]),
      [
        ['admin/7/CriarProduto/a', { nome: 'Mesa', preco_centavos: 1_050, unidades: 3 }],
        ['produto/1/MudarProduto/2', { nome: 'Mesa redonda', preco_centavos: 1_050 }],
      ],
    )
  })

  it('mudar um produto que não existe é recusado', async () => {
    await using c = await abrirCatalogo()
    const mudanca = c.consultas.mudar({ produto_id: A, nome: 'Mesa' })
    await assert.rejects(mudanca, { codigo: 'produto_nao_encontrado' })
    assert.equal(await contar(c.db, 'alteracoes'), 0)
  })
}
