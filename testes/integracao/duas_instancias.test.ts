// K11 between processes: two instances of one service write its log in one PostgreSQL at the same
// time, while a reader follows it by nothing but the last id that it has seen.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { EventoGravado } from '../../src/contratos/eventos.ts'
import { gerarDados } from '../../src/dados/gerador.ts'
import { abrirBanco, esquemaDe } from '../../src/infra/banco_do_servico.ts'
import type { Database } from '../../src/persistencia/database.ts'
import { eventosApos } from '../../src/persistencia/diario.ts'
import { abrirPostgres } from '../../src/persistencia/postgres.ts'
import { fiscal } from '../../src/servicos/fiscal/servico.ts'
import { abrirPostgresDeTeste, type PostgresDeTeste } from '../postgres.ts'
import { type Contagem, iniciarInstancia, type Tarefa } from './filhos/instancia_de_fiscal.ts'

const LOTES = 40
const POR_LOTE = 10
const TODAS = 2 * LOTES * POR_LOTE

let servidor: PostgresDeTeste
let diretorio: string
let ecommerce: string
before(async () => {
  servidor = await abrirPostgresDeTeste()
  diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-instancias-'))
  ecommerce = join(diretorio, 'ecommerce.db')
  await gerarDados({ saida: ecommerce, pedidos: 40, produtos: 5, clientes: 5 })
})
after(async () => {
  if (diretorio) await rm(diretorio, { recursive: true, force: true })
  await servidor?.[Symbol.asyncDispose]()
})

test('duas instâncias, um diário sem falta: quem segue o último id não perde evento', async () => {
  const url = await servidor.novaBase()
  await using pilha = new AsyncDisposableStack()
  const instancias = [1, 2].map(() =>
    pilha.adopt(iniciarInstancia(diretorio, ecommerce, url), encerrar),
  )
  await Promise.all(instancias.map((filho) => ouvir(filho)))
  await using db = await abrirPostgres(url, 'fiscal', esquemaDe(fiscal()))
  const importadas = await numeros(db)
  assert.ok(importadas.length > 0)
  const trabalhando = instancias.map((filho, i) => {
    const tarefa: Tarefa = { primeiro: 1_001 + i * 100_000, lotes: LOTES, porLote: POR_LOTE }
    filho.send(tarefa)
    return ouvir(filho) as Promise<Contagem>
  })
  const [contagens, seguidos] = await seguirEnquanto(db, Promise.all(trabalhando))
  const cada = { NotaEmitida: LOTES * POR_LOTE }
  assert.deepEqual(contagens, [cada, cada], 'nenhum comando falhou')
  assert.deepEqual(
    seguidos.map(({ id }) => id),
    contar(TODAS),
    'o leitor viu todos, na ordem dos ids',
  )
  const maior = Math.max(...importadas)
  assert.deepEqual(
    (await numeros(db)).slice(importadas.length),
    contar(TODAS).map((n) => n + maior),
    'a numeração segue sem falta',
  )
  const donas = seguidos.map(({ evento }) => evento.pedido_id > 100_000)
  const trocas = donas.filter((dona, i) => i > 0 && dona !== donas[i - 1]).length
  assert.ok(trocas > 1, 'as duas gravaram ao mesmo tempo')
})

test('instâncias que abrem juntas um banco vazio importam os dados uma vez', async () => {
  const postgres = await servidor.novaBase()
  const abrindo = Array.from({ length: 8 }, () =>
    abrirBanco(fiscal(), diretorio, { ecommerce, postgres }),
  )
  const abertas = await Promise.allSettled(abrindo)
  for (const aberta of abertas) {
    assert.equal(aberta.status, 'fulfilled')
    await aberta.value[Symbol.asyncDispose]()
  }
})

const contar = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

async function numeros({ leitura }: Database): Promise<number[]> {
  const sql = 'select numero from notas_fiscais where numero is not null order by numero'
  return (await leitura.todos<{ numero: number }>(sql)).map(({ numero }) => numero)
}

/** As a relay does: whatever stands behind the last id, over and over, and once more at the end. */
async function seguirEnquanto<T>(
  { leitura }: Database,
  trabalho: Promise<T>,
): Promise<[T, readonly EventoGravado[]]> {
  const vistos: EventoGravado[] = []
  const olhar = async () => {
    const novos = await eventosApos(leitura, vistos.at(-1)?.id ?? 0, TODAS)
    vistos.push(...novos)
  }
  let acabou = false
  const fim = trabalho.finally(() => {
    acabou = true
  })
  fim.catch(() => undefined)
  while (!acabou) await olhar()
  const feito = await fim
  await olhar()
  return [feito, vistos]
}

/** The child's next word; its end in the place of one is an error. */
async function ouvir(filho: ChildProcess): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const saiu = (codigo: unknown) => reject(new Error(`a instância terminou com ${codigo}`))
  filho.once('message', resolve).once('exit', saiu)
  try {
    return await promise
  } finally {
    filho.off('message', resolve).off('exit', saiu)
  }
}

async function encerrar(filho: ChildProcess): Promise<void> {
  if (filho.exitCode !== null || filho.signalCode !== null) return
  const saiu = once(filho, 'exit')
  filho.kill('SIGKILL')
  await saiu
}
