// For the tests: a database of monitoramento in a directory of its own, and messages to put there.

import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recebida } from '../../arquiteturas/kafka/inbound.ts'
import { abrirSqlite } from '../../persistencia/sqlite.ts'
import { abrirLivro } from './livro.ts'
import { type Anotada, anotar } from './mensagem.ts'

const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
export const COMECO_MS = Date.UTC(2026, 0, 1)

export type Dita = Partial<Omit<Recebida, 'chave' | 'valor' | 'cabecalhos'>> & {
  readonly chave?: string | Buffer
  readonly valor?: string | Buffer
  readonly cabecalhos?: Readonly<Record<string, string>>
}

/** A second after the one with the offset before, on the first partition of nf_emitida. */
export function umaMensagem(offset: number, dita: Dita = {}): Anotada {
  const { chave, valor, cabecalhos = {}, ...outros } = dita
  const bytes = (texto: string | Buffer | undefined) =>
    texto === undefined ? undefined : Buffer.from(texto as string)
  return anotar({
    ...{ topico: 'nf_emitida', particao: 0, offset: BigInt(offset) },
    gravadaMs: COMECO_MS + offset * 1_000,
    ...outros,
    ...{ chave: bytes(chave), valor: bytes(valor) },
    cabecalhos: new Map(
      Object.entries(cabecalhos).map(([nome, dito]) => [Buffer.from(nome), Buffer.from(dito)]),
    ),
  })
}
export const mensagens = (de: number, ate: number, dita?: Dita): Anotada[] =>
  Array.from({ length: ate - de }, (_, i) => umaMensagem(de + i, dita))

export async function abrirAuditoriaDeTeste() {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-monitoramento-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const db = pilha.use(abrirSqlite(join(diretorio, 'monitoramento.db'), ESQUEMA))
  /** What the cluster calls its topics: a test may make one anew. */
  const identidades = new Map([
    ['nf_emitida', 'a'],
    ['vendas', 'b'],
  ])
  let perguntas = 0
  const abrir = () =>
    abrirLivro(db, async () => {
      perguntas += 1
      return identidades
    })
  const livro = await abrir()
  const aberta = pilha.move()
  return {
    ...{ db, identidades, livro },
    /** As after the end of the process. */
    reabrir: abrir,
    perguntas: () => perguntas,
    [Symbol.asyncDispose]: () => aberta.disposeAsync(),
  }
}
