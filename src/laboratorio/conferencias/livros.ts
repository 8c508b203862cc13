// The books laid side by side: every service's database and the provider's ledger attached to one
// connection, read-only, and held still while they are compared.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { chaveValida } from '../../contratos/chave_acesso.ts'
import type { Substituivel } from '../../contratos/ids.ts'
import { rastreamentoValido } from '../../contratos/rastreamento.ts'
import { criarVistas } from './vistas.ts'

/** What a check found wrong; `pedido_id` is null where no single order is to blame. */
export interface Achado {
  readonly pedido_id: number | null
  readonly detalhe: string
}
/** Named checks: each is one query that gives a row for every fault, and none when all is well. */
export type Conferencias = Readonly<Record<string, string>>

export interface Livros extends Disposable {
  achados(sql: string): Iterable<Achado>
  linhas<T>(sql: string): T[]
}

/** A book is missing or cannot be read: nothing can be said about the balance. */
export class LivrosIlegiveis extends Error {
  override readonly name = 'LivrosIlegiveis'
}

/**
 * Each book and the tables it must have, in the order in which they are held still. An order is
 * finished in `pedidos` only after everything it caused was committed elsewhere, and a charge is in
 * `pagamentos` only after the provider wrote it: so, taken in this order, a later book knows at
 * least all that an earlier one speaks of, even while the services run.
 */
export const LIVROS = {
  pedidos: ['eventos', 'pedidos', 'itens_pedido', 'retidos'],
  antifraude: ['eventos', 'analises'],
  pagamentos: ['eventos', 'pagamentos'],
  estoque: ['eventos', 'produtos_local', 'separacao_estoque', 'itens_separacao'],
  fiscal: ['eventos', 'notas_fiscais'],
  logistica: ['eventos', 'envios'],
  catalogo: ['eventos', 'produtos'],
  provedor: ['lancamentos'],
} as const
const ESPERA_MS = 5_000

/** Each book is in the first of the directories that has it. */
export function abrirLivros(
  diretorios: readonly string[],
  aceitarAbertos: boolean,
  ausentes: readonly Substituivel[],
): Livros {
  const arquivos = Object.keys(LIVROS).map((livro) => [livro, procurar(diretorios, livro)] as const)
  recusarFaltas(diretorios.at(-1)!, arquivos)
  const db = new DatabaseSync(':memory:', { timeout: ESPERA_MS })
  try {
    for (const [livro, arquivo] of arquivos) anexar(db, livro, arquivo!)
    db.exec('begin')
    for (const [livro, tabelas] of Object.entries(LIVROS)) segurar(db, livro, tabelas)
    registrarFuncoes(db)
    comoIlegiveis(diretorios.join(', '), () => criarVistas(db, aceitarAbertos, ausentes))
  } catch (erro) {
    db.close()
    throw erro
  }
  return {
    *achados(sql) {
      yield* db.prepare(sql).iterate() as Iterable<unknown> as Iterable<Achado>
    },
    linhas: <T>(sql: string) => db.prepare(sql).all() as unknown as T[],
    [Symbol.dispose]: () => db.close(),
  }
}

/** Runs `ler`; a fault of SQLite becomes one that a person understands. */
export function comoIlegiveis<T>(onde: string, ler: () => T): T {
  try {
    return ler()
  } catch (erro) {
    if (!(erro instanceof Error) || !('errcode' in erro)) throw erro
    throw new LivrosIlegiveis(`Não foi possível ler ${onde}: ${erro.message}.`, { cause: erro })
  }
}

const procurar = (diretorios: readonly string[], livro: string): string | undefined =>
  diretorios.map((diretorio) => join(diretorio, `${livro}.db`)).find(existsSync)

type Arquivos = readonly (readonly [livro: string, arquivo: string | undefined])[]
function recusarFaltas(diretorio: string, arquivos: Arquivos): void {
  const faltam = arquivos.filter(([, arquivo]) => !arquivo).map(([livro]) => `${livro}.db`)
  if (faltam.length === 0) return
  throw new LivrosIlegiveis(`Faltam bancos em ${resolve(diretorio)}: ${faltam.join(', ')}.`)
}

function anexar(db: DatabaseSync, livro: string, arquivo: string): void {
  const uri = `${pathToFileURL(arquivo).href}?mode=ro`
  comoIlegiveis(arquivo, () => db.prepare(`attach ? as ${livro}`).run(uri))
}

/** The first read inside the transaction fixes what this connection sees of the book. */
function segurar(db: DatabaseSync, livro: string, tabelas: readonly string[]): void {
  const linhas = comoIlegiveis(`${livro}.db`, () =>
    db.prepare(`select name from ${livro}.sqlite_schema where type = 'table'`).all(),
  )
  const faltam = tabelas.filter((tabela) => !linhas.some(({ name }) => name === tabela))
  if (faltam.length === 0) return
  throw new LivrosIlegiveis(`${livro}.db não tem a(s) tabela(s) ${faltam.join(', ')}.`)
}

function registrarFuncoes(db: DatabaseSync): void {
  const pura = { deterministic: true }
  db.function('chave_valida', pura, (chave) => (chaveValida(String(chave)) ? 1 : 0))
  db.function('rastreamento_valido', pura, (codigo) => (rastreamentoValido(String(codigo)) ? 1 : 0))
}
