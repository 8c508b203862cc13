// The books of PostgreSQL copied into SQLite files, so that one set of checks serves both: it is
// written in SQLite's words, and a second one would have to be believed as well.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { Substituivel } from '../contratos/ids.ts'
import { esquemaDe } from '../infra/banco_do_servico.ts'
import { lerConfiguracao } from '../infra/configuracao.ts'
import { topologia } from '../infra/topologia.ts'
import type { Leitura } from '../persistencia/database.ts'
import { emRetrato } from '../persistencia/postgres.ts'
import { comoIlegiveis, LIVROS, LivrosIlegiveis } from './conferencias/livros.ts'
import { TARDIAS } from './conferencias/vistas.ts'

const POR_VEZ = 5_000
const PROVEDOR = new URL('../servicos/pagamentos/provedor.sql', import.meta.url)

type Linha = Readonly<Record<string, SQLInputValue>>

/**
 * In the order of LIVROS, each book as of one moment after the one before: so a later book knows at
 * least all that an earlier one speaks of. `diretorio` holds the provider's. Rejects with
 * LivrosIlegiveis.
 */
export async function copiarLivros(
  url: string,
  diretorio: string,
  destino: string,
  ausentes: readonly Substituivel[],
): Promise<void> {
  const configuracao = lerConfiguracao({})
  for (const [livro, tabelas] of Object.entries(LIVROS)) {
    if (ausentes.some((ausente) => ausente === livro)) continue
    const arquivo = join(destino, `${livro}.db`)
    if (!(livro in topologia)) {
      const origem = join(diretorio, `${livro}.db`)
      if (existsSync(origem) || !ausentes.includes('pagamentos')) copiarArquivo(origem, arquivo)
      continue
    }
    const modulo = topologia[livro as keyof typeof topologia].modulo(configuracao)
    try {
      await emRetrato(url, livro, (em) => copiarLivro(em, arquivo, esquemaDe(modulo), tabelas))
    } catch (erro) {
      const { message, cause } = erro as Error
      const porque = cause instanceof Error ? cause.message : message
      const dito = `Não foi possível ler o livro ${livro} no PostgreSQL: ${porque}.`
      throw new LivrosIlegiveis(dito, { cause: erro })
    }
  }
}

/** Empty books in `destino` where an absent service has none in `diretorio`. */
export function abrirEmBranco(
  diretorio: string,
  destino: string,
  ausentes: readonly Substituivel[],
): void {
  const configuracao = lerConfiguracao({})
  const livros: [string, () => string][] = ausentes.map((ausente) => [
    ausente,
    () => esquemaDe(topologia[ausente].modulo(configuracao)),
  ])
  if (ausentes.includes('pagamentos')) {
    livros.push(['provedor', () => readFileSync(PROVEDOR, 'utf8')])
  }
  for (const [livro, esquema] of livros) {
    if (existsSync(join(diretorio, `${livro}.db`))) continue
    using vazio = new DatabaseSync(join(destino, `${livro}.db`))
    vazio.exec(esquema())
  }
}

function copiarArquivo(arquivo: string, para: string): void {
  comoIlegiveis(arquivo, () => {
    using origem = new DatabaseSync(arquivo, { readOnly: true })
    origem.prepare('vacuum into ?').run(para)
  })
}

async function copiarLivro(
  em: Leitura,
  arquivo: string,
  esquema: string,
  tabelas: readonly string[],
): Promise<void> {
  using copia = new DatabaseSync(arquivo, { enableForeignKeyConstraints: false })
  copia.exec(`pragma synchronous = off; ${esquema}; begin`)
  for (const tabela of [...tabelas, ...(await tardiasEm(em))]) {
    const cursor = `cursor_${tabela}`
    await em.todos(`declare ${cursor} no scroll cursor for select * from ${tabela}`)
    for (;;) {
      const linhas = await em.todos<Linha>(`fetch ${POR_VEZ} from ${cursor}`)
      inserir(copia, tabela, linhas)
      if (linhas.length < POR_VEZ) break
    }
  }
  copia.exec('commit')
}

async function tardiasEm(em: Leitura): Promise<string[]> {
  const linhas = await em.todos<{ table_name: string }>(
    'select table_name from information_schema.tables where table_schema = current_schema()',
  )
  const nomes = linhas.map((linha) => linha.table_name)
  return Object.values(TARDIAS).filter((tabela) => nomes.includes(tabela))
}

function inserir(copia: DatabaseSync, tabela: string, linhas: readonly Linha[]): void {
  const [primeira] = linhas
  if (!primeira) return
  const colunas = Object.keys(primeira)
  const comando = copia.prepare(
    `insert into ${tabela} (${colunas.join(', ')}) values (${colunas.map(() => '?').join(', ')})`,
  )
  for (const linha of linhas) comando.run(...Object.values(linha))
}
