// K10 over the real decisions and tables: however a batch is split into sub-batches, the same
// events are written with the same ids, and the state tables end the same. What each service asks
// outside is answered at once, so that commands are decided in the order in which they are given.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { abrirBancoDeTeste, type BancoDeTeste, envelope, SEM_REGISTRO } from '../../testes/banco.ts'
import type { Comando } from '../contratos/comandos.ts'
import { comoCentavos } from '../contratos/dinheiro.ts'
import type { Envelope, Resultado, Servico } from '../contratos/envelope.ts'
import type { TipoEvento } from '../contratos/eventos.ts'
import {
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  type Instante,
  type NomeServico,
  type PedidoId,
} from '../contratos/ids.ts'
import type { Database } from '../persistencia/database.ts'
import { eventosApos } from '../persistencia/diario.ts'
import type { Definicao } from '../persistencia/dobra.ts'
import { criarServico } from '../persistencia/servico.ts'
import * as dominioDeAntifraude from './antifraude/domain.ts'
import * as tabelasDeAntifraude from './antifraude/repository.ts'
import * as dominioDeEstoque from './estoque/domain.ts'
import * as tabelasDeEstoque from './estoque/repository.ts'
import * as dominioDeFiscal from './fiscal/domain.ts'
import * as tabelasDeFiscal from './fiscal/repository.ts'
import * as dominioDeLogistica from './logistica/domain.ts'
import * as tabelasDeLogistica from './logistica/repository.ts'
import * as dominioDePagamentos from './pagamentos/domain.ts'
import * as tabelasDePagamentos from './pagamentos/repository.ts'
import * as dominioDePedidos from './pedidos/domain.ts'
import * as tabelasDePedidos from './pedidos/repository.ts'

const valor_centavos = comoCentavos(2_000)
const motivo = 'teste'
const cliente_id = comoClienteId(1)
const [A, B] = [comoProdutoId(1), comoProdutoId(2)]
const CESTAS = [
  [{ produto_id: A, quantidade: 2 }],
  [
    { produto_id: A, quantidade: 1 },
    { produto_id: B, quantidade: 3 },
  ],
  [{ produto_id: B, quantidade: 1 }],
]
const cesta = (n: number) => CESTAS[n % 3]!
const produto = { nome: 'Mesa', estoque: 10, preco_centavos: comoCentavos(100) }
const PRODUTOS = { produtos: new Map([A, B].map((id) => [id, { ...produto, id }])) }
const REGRAS = { ...dominioDeAntifraude.REGRAS_PADRAO, pedidosNaJanela: 2 }
const vaiBem = (pedido: PedidoId) => pedido % 5 !== 0

type Decisoes<C extends Comando, S, P> = Omit<Definicao<C, S, P>, 'preparar' | 'perguntaFora'>
interface Caso {
  readonly nome: NomeServico
  readonly abrir: (db: Database) => Servico
  /** Command of kind `n`, 0–7, for the order `pedido`. */
  readonly comando: (pedido: PedidoId, n: number) => Comando
  /** Before each run, the same on both sides. */
  readonly antes: string | undefined
}
const caso = <C extends Comando, S, P>(
  definicao: Decisoes<C, S, P>,
  preparo: (comando: C) => P,
  comando: Caso['comando'],
  antes?: string,
): Caso => ({
  ...{ nome: definicao.nome, comando, antes },
  abrir: (db) =>
    criarServico<C, S, P>(
      {
        ...definicao,
        perguntaFora: () => false,
        preparar: async (e) => preparo(e.comando),
      },
      db,
      SEM_REGISTRO,
    ),
})

const CASOS: readonly Caso[] = [
  caso(
    { nome: 'estoque', ...dominioDeEstoque, ...tabelasDeEstoque },
    (c) => ({
      itens: c.tipo === 'SepararEstoque' ? (c.itens ?? []) : [],
      sucesso: vaiBem(c.pedido_id),
    }),
    (pedido_id, n) => {
      if (n % 3 === 0) return { tipo: 'LiberarEstoque', pedido_id, motivo }
      // One in eight is another order's basket: divergent, if it comes second.
      return { tipo: 'SepararEstoque', pedido_id, itens: cesta(pedido_id + (n === 7 ? 1 : 0)) }
    },
    `insert into produtos_local (produto_id, inicial, livre) values (1, 5, 5), (2, 4, 4)
     on conflict (produto_id) do update set livre = excluded.livre`,
  ),
  caso(
    { nome: 'fiscal', ...dominioDeFiscal, ...tabelasDeFiscal },
    (c) => ({ valor: valor_centavos, sucesso: vaiBem(c.pedido_id), codigo: c.pedido_id }),
    (pedido_id, n) =>
      n % 3 === 0
        ? { tipo: 'CancelarNota', pedido_id, motivo }
        : { tipo: 'EmitirNota', pedido_id, valor_centavos },
  ),
  caso(
    { nome: 'logistica', ...dominioDeLogistica, ...tabelasDeLogistica },
    (c) => ({ sucesso: vaiBem(c.pedido_id) }),
    (pedido_id, n) => {
      if (n % 3 === 0) return { tipo: 'CancelarEnvio', pedido_id, motivo }
      if (n % 3 === 1) return { tipo: 'ConfirmarEntrega', pedido_id }
      return { tipo: 'AgendarEnvio', pedido_id, nota: 1 }
    },
  ),
  caso(
    { nome: 'pagamentos', ...dominioDePagamentos, ...tabelasDePagamentos },
    (c) => ({ aprovado: vaiBem(c.pedido_id) }),
    (pedido_id, n) =>
      n % 3 === 0
        ? { tipo: 'Estornar', pedido_id, motivo }
        : { tipo: 'AutorizarPagamento', pedido_id, valor_centavos },
  ),
  caso(
    { nome: 'antifraude', ...dominioDeAntifraude, ...tabelasDeAntifraude },
    (c) => ({ regras: REGRAS, sucesso: vaiBem(c.pedido_id) }),
    (pedido_id, n) => ({
      ...{ tipo: 'AnalisarPedido', pedido_id, metodo: 'pix', valor_centavos, itens: cesta(0) },
      cliente_id: comoClienteId(1 + Math.floor(pedido_id / 10) * 2 + (n % 2)),
    }),
  ),
  caso(
    { nome: 'pedidos', ...dominioDePedidos, ...tabelasDePedidos },
    () => ({ ...PRODUTOS, ausentes: [] }),
    comandoDePedidos,
  ),
]

const ANOTADOS: readonly TipoEvento[] = ['PagamentoAprovado', 'EstoqueSeparado', 'NotaEmitida']

/** Half of them make orders; the others name some of those, and some that are not there yet. */
function comandoDePedidos(pedido: PedidoId, n: number): Comando {
  const pedido_id = comoPedidoId(1_001 + (pedido % 30))
  switch (n) {
    case 0:
      return { tipo: 'ConcluirPedido', pedido_id }
    case 1:
      return { tipo: 'CancelarPedido', pedido_id, motivo }
    case 2:
      return { tipo: 'SolicitarCancelamento', pedido_id, motivo }
    case 3:
      return { tipo: 'Registrar', pedido_id, evento: ANOTADOS[pedido % 3]! }
    default: {
      const itens = n === 7 ? [{ produto_id: comoProdutoId(99), quantidade: 1 }] : cesta(n)
      return { tipo: 'CriarPedido', chave: `${pedido}`, cliente_id, metodo: 'pix', itens }
    }
  }
}

const comparavel = (resultado: Resultado): string =>
  resultado.ok
    ? `${resultado.repetido ? 'repetido ' : ''}${JSON.stringify(resultado.gravado)}`
    : `${resultado.erro.codigo} ${resultado.erro.cause ?? resultado.erro.message}`

/** Every table, every row. */
async function retrato(db: Database): Promise<unknown> {
  const tabelas = await db.leitura.todos<{ name: string }>(
    "select name from sqlite_schema where type = 'table' order by name",
  )
  const deCada = tabelas.map(async ({ name }) => {
    const linhas = await db.leitura.todos(`select * from ${name}`)
    return [name, ...linhas.map((linha) => JSON.stringify(linha)).sort()]
  })
  return Promise.all(deCada)
}

function cortar<T>(lote: readonly T[], cortes: readonly boolean[]): T[][] {
  const partes: T[][] = [[]]
  lote.forEach((item, i) => {
    if (i > 0 && cortes[i]) partes.push([])
    partes.at(-1)!.push(item)
  })
  return partes
}

/** Two copies of one service: one is given batches whole, the other in pieces. */
async function abrirPar({ nome, abrir }: Caso) {
  await using pilha = new AsyncDisposableStack()
  const esquema = readFileSync(new URL(`./${nome}/schema.sql`, import.meta.url), 'utf8')
  const bancos = [await abrirBancoDeTeste(esquema), await abrirBancoDeTeste(esquema)] as const
  for (const db of bancos) pilha.use(db)
  const [inteiro, dividido] = [abrir(bancos[0]), abrir(bancos[1])]
  const fechar = pilha.move()
  return {
    bancos,
    async comparar(lote: readonly Envelope[], cortes: readonly boolean[]): Promise<void> {
      const transacoes = bancos[0].transacoes()
      const deUmaVez = await inteiro.handle(lote)
      assert.equal(bancos[0].transacoes() - transacoes, 1, 'o lote inteiro é uma transação')
      const aosPedacos: Resultado[] = []
      for (const parte of cortar(lote, cortes)) aosPedacos.push(...(await dividido.handle(parte)))
      assert.deepEqual(aosPedacos.map(comparavel), deUmaVez.map(comparavel))
      await mesmasTabelas(bancos)
    },
    [Symbol.asyncDispose]: () => fechar.disposeAsync(),
  }
}
const mesmasTabelas = async ([a, b]: readonly [BancoDeTeste, BancoDeTeste]) =>
  assert.deepEqual(await retrato(b), await retrato(a))

const LOTE = fc.array(fc.record({ pedido: fc.nat(4), n: fc.nat(7) }), {
  minLength: 2,
  maxLength: 14,
})
const CORTES = fc.array(fc.boolean(), { minLength: 14, maxLength: 14 })

const casoDe = (nome: NomeServico): Caso => CASOS.find((caso) => caso.nome === nome)!

async function numLote(nome: NomeServico, comandos: readonly Comando[]) {
  await using par = await abrirPar(casoDe(nome))
  const { antes } = casoDe(nome)
  for (const db of par.bancos) if (antes) await db.transacao((tx) => tx.executar(antes))
  const lote = comandos.map((comando) => envelope(comando))
  await par.comparar(
    lote,
    lote.map(() => true),
  )
  return (await eventosApos(par.bancos[0].leitura, 0, 100)).map(({ evento }) => evento)
}
const pedidosAte = (n: number) => Array.from({ length: n }, (_, i) => comoPedidoId(i + 1))

describe('num só lote', () => {
  it('as últimas unidades são vendidas uma vez, e liberadas voltam a ser vendidas', async () => {
    const itens = CESTAS[0]!
    const separar = (pedido: number): Comando => ({
      ...{ tipo: 'SepararEstoque', pedido_id: comoPedidoId(pedido), itens },
    })
    const liberar: Comando = { tipo: 'LiberarEstoque', pedido_id: comoPedidoId(1), motivo }
    const comandos = [1, 2, 3].map(separar)
    const eventos = await numLote('estoque', [...comandos, liberar, separar(4), separar(6)])
    assert.deepEqual(
      eventos.map(({ tipo }) => tipo.slice('Estoque'.length)),
      ['Separado', 'Separado', 'Insuficiente', 'Liberado', 'Separado', 'Insuficiente'],
    )
  })

  it('as notas são numeradas sem buraco, e a que falha não gasta número', async () => {
    const emitir = pedidosAte(11).map((p) => casoDe('fiscal').comando(p, 1))
    const eventos = await numLote('fiscal', emitir)
    const numeros = eventos.map((e) => (e.tipo === 'NotaEmitida' ? e.numero : undefined))
    assert.deepEqual(numeros, [1, 2, 3, 4, undefined, 5, 6, 7, 8, undefined, 9])
  })

  it('os pedidos são numerados a partir de 1001, e o recusado não gasta número', async () => {
    const criar = pedidosAte(5).map((p) => casoDe('pedidos').comando(p, p === 3 ? 7 : 4))
    const eventos = await numLote('pedidos', criar)
    assert.deepEqual(
      eventos.map(({ pedido_id }) => Number(pedido_id)),
      [1_001, 1_002, 1_003, 1_004],
    )
  })
})

describe('qualquer divisão de um lote dá os mesmos eventos e as mesmas tabelas', () => {
  for (const caso of CASOS) {
    it(caso.nome, async () => {
      await using par = await abrirPar(caso)
      let base = 0
      await fc.assert(
        fc.asyncProperty(LOTE, CORTES, async (escolhas, cortes) => {
          base += 10
          const { antes } = caso
          for (const db of par.bancos) if (antes) await db.transacao((tx) => tx.executar(antes))
          const comandos = escolhas.map(({ pedido, n }) =>
            caso.comando(comoPedidoId(base + pedido), n),
          )
          await par.comparar(
            comandos.map((c) => envelope(c)),
            cortes,
          )
        }),
        { numRuns: 20, endOnFailure: true },
      )
    })
  }

  it('antifraude, quando os pedidos de um lote chegaram em instantes diferentes', async () => {
    const janela = casoDe('antifraude')
    await using par = await abrirPar(janela)
    const em = (pedido: number, s: number): Envelope => ({
      ...envelope(janela.comando(comoPedidoId(pedido), 0)),
      instante: new Date(Date.UTC(2026, 10, 20, 21, 33, s)).toISOString() as Instante,
    })
    await par.comparar([em(1, 0)], [])
    await par.comparar([em(2, 55), em(3, 65)], [false, true])
  })
})
