// The checker: a program of its own over all the books, which believes nothing that one service
// says of itself where another book can contradict it. It shares no rule with the services.
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Substituivel } from '../contratos/ids.ts'
import { diario } from './conferencias/diario.ts'
import { COBRANCAS_AVULSAS, dinheiro } from './conferencias/dinheiro.ts'
import { envios, notas } from './conferencias/entrega.ts'
import { estados } from './conferencias/estados.ts'
import { estoque } from './conferencias/estoque.ts'
import { abrirLivros, comoIlegiveis, type Livros } from './conferencias/livros.ts'
import { passos } from './conferencias/passos.ts'
import { pedidos } from './conferencias/pedidos.ts'
import { produtos } from './conferencias/produtos.ts'

export const CONFERENCIAS = {
  ...pedidos,
  ...dinheiro,
  ...estoque,
  ...produtos,
  ...notas,
  ...envios,
  ...passos,
  ...diario,
  ...estados,
}

export interface Problema {
  readonly conferencia: string
  /** Absent where no single order is to blame. */
  readonly pedido_id?: number
  readonly detalhe: string
}
export interface Relatorio {
  /** Live orders; imported history is not checked. */
  readonly pedidos: number
  readonly porStatus: Readonly<Record<string, number>>
  /** Charges at the provider for numbers that are no live order: counted, not a problem. */
  readonly cobrancasAvulsas: number
  /** The first of each check, MAIOR_LISTA in all; the counts below are complete. */
  readonly problemas: readonly Problema[]
  readonly totalDeProblemas: number
  /** Every check that was made, with the number of problems that it found. */
  readonly porConferencia: Readonly<Record<string, number>>
  /** What somebody else does: its steps are not looked for. */
  readonly ausentes: readonly Substituivel[]
}
export interface Opcoes {
  /** Orders under way are no problem, as while the services run. Retained ones always are. */
  readonly aceitarAbertos?: boolean
  /** Where the services' books are, when they are not files in the directory. */
  readonly postgres?: string | undefined
  /** Services of ours that do not run (QUATROVIAS_SEM). */
  readonly ausentes?: readonly Substituivel[]
}

const MAIOR_LISTA = 100
const MAIOR_LISTA_DE_UMA = 20

/**
 * Checks the books in `diretorio` (`<servico>.db` and `provedor.db`), which it only reads; they are
 * looked at as of one moment, the services may go on. Those in PostgreSQL are copied first: there
 * is one set of checks, in SQLite's words. Rejects with LivrosIlegiveis.
 */
export async function conferir(diretorio: string, opcoes: Opcoes = {}): Promise<Relatorio> {
  const { postgres, ausentes = [], aceitarAbertos = false } = opcoes
  if (!postgres && ausentes.length === 0) {
    return conferirArquivos([diretorio], aceitarAbertos, ausentes)
  }
  await using copia = await mkdtempDisposable(join(tmpdir(), 'quatrovias-livros-'))
  const { abrirEmBranco, copiarLivros } = await import('./copia_dos_livros.ts')
  if (postgres) await copiarLivros(postgres, diretorio, copia.path, ausentes)
  abrirEmBranco(postgres ? copia.path : diretorio, copia.path, ausentes)
  const diretorios = postgres ? [copia.path] : [copia.path, diretorio]
  return await conferirArquivos(diretorios, aceitarAbertos, ausentes)
}

async function conferirArquivos(
  diretorios: readonly string[],
  aceitarAbertos: boolean,
  ausentes: readonly Substituivel[],
): Promise<Relatorio> {
  using livros = abrirLivros(diretorios, aceitarAbertos, ausentes)
  const problemas: Problema[] = []
  const porConferencia: Record<string, number> = {}
  for (const [nome, sql] of Object.entries(CONFERENCIAS)) {
    // SQLite works in this thread: between two checks whoever shares it gets a turn.
    await setImmediate()
    porConferencia[nome] = comoIlegiveis(`os bancos (${nome})`, () =>
      juntar(problemas, nome, livros, sql),
    )
  }
  const totalDeProblemas = Object.values(porConferencia).reduce((soma, n) => soma + n, 0)
  return { ...resumir(livros), problemas, totalDeProblemas, porConferencia, ausentes }
}

/** Adds the first problems to the list and returns how many there are. */
function juntar(problemas: Problema[], conferencia: string, livros: Livros, sql: string): number {
  let achados = 0
  for (const { pedido_id, detalhe } of livros.achados(sql)) {
    if (++achados > MAIOR_LISTA_DE_UMA || problemas.length >= MAIOR_LISTA) continue
    problemas.push({ conferencia, ...(pedido_id !== null && { pedido_id }), detalhe })
  }
  return achados
}

function resumir(livros: Livros): Pick<Relatorio, 'pedidos' | 'porStatus' | 'cobrancasAvulsas'> {
  const linhas = livros.linhas<{ status: string; n: number }>(
    'select status, count(*) as n from vivos group by status order by n desc, status',
  )
  const avulsas = livros.linhas<{ n: number }>(COBRANCAS_AVULSAS)
  return {
    pedidos: linhas.reduce((soma, { n }) => soma + n, 0),
    porStatus: Object.fromEntries(linhas.map(({ status, n }) => [status, n])),
    cobrancasAvulsas: avulsas[0]?.n ?? 0,
  }
}

export function imprimirRelatorio(relatorio: Relatorio): string {
  const { porStatus, cobrancasAvulsas, problemas, totalDeProblemas, porConferencia } = relatorio
  const { ausentes } = relatorio
  const numero = (n: number) => n.toLocaleString('pt-BR')
  const linha = (nome: string, n: number) => `  ${nome.padEnd(22)}${numero(n).padStart(12)}`
  const linhas = [
    linha('pedidos', relatorio.pedidos),
    ...Object.entries(porStatus).map(([status, n]) => linha(`  ${status}`, n)),
    linha('cobranças avulsas', cobrancasAvulsas),
    ...(ausentes.length > 0 ? [`  sem conferir, de outro: ${ausentes.join(', ')}`] : []),
    '',
  ]
  if (totalDeProblemas === 0) {
    const feitas = Object.keys(porConferencia).length
    return [...linhas, `Tudo confere: ${feitas} conferências, nenhum problema.`, ''].join('\n')
  }
  linhas.push(`NÃO CONFERE: ${numero(totalDeProblemas)} problema(s).`)
  for (const [nome, n] of Object.entries(porConferencia)) {
    if (n === 0) continue
    linhas.push(`${nome} (${numero(n)})`)
    for (const { conferencia, pedido_id, detalhe } of problemas) {
      if (conferencia !== nome) continue
      linhas.push(`  ${pedido_id === undefined ? '' : `pedido ${pedido_id}: `}${detalhe}`)
    }
  }
  return [...linhas, ''].join('\n')
}
