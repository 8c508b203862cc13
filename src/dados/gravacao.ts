// All or nothing on disk: the database grows in a temporary file beside its target and takes the
// target's name only when it is complete and durable. Whatever goes wrong, the target is as before.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The target may not be written; the message says why and what to do. */
export class DestinoRecusado extends Error {
  override readonly name = 'DestinoRecusado'
}

const ESQUEMA = join(import.meta.dirname, 'schema.sql')
/** What SQLite may leave beside a database; read with the wrong one it would corrupt it. */
const ACOMPANHANTES = ['-journal', '-wal', '-shm']

/**
 * Runs `preencher` in one transaction over an empty database with our schema and publishes the
 * result as `saida`, an absolute path. Rejects with what `preencher` threw, or DestinoRecusado.
 */
export async function gravarBanco<T>(
  saida: string,
  substituir: boolean,
  preencher: (banco: DatabaseSync) => Promise<T>,
): Promise<T> {
  // Through a symbolic link the file behind it is replaced, not the link.
  const alvo = existsSync(saida) ? realpathSync(saida) : saida
  recusarDestino(alvo, substituir)
  removerAbandonados(alvo)
  const parcial = `${alvo}.parcial-${process.pid}-${randomUUID().slice(0, 8)}`
  try {
    const resultado = await preencherNovo(parcial, preencher)
    tornarDuravel(parcial, 'r+')
    recusarDestino(alvo, substituir)
    for (const sufixo of ACOMPANHANTES) rmSync(alvo + sufixo, { force: true })
    renameSync(parcial, alvo)
    if (process.platform !== 'win32') tornarDuravel(dirname(alvo), 'r')
    return resultado
  } finally {
    for (const sufixo of ['', ...ACOMPANHANTES]) rmSync(parcial + sufixo, { force: true })
  }
}

/**
 * No journal file and no sync while it grows: a file without its final name has nothing to recover.
 * The journal in memory holds only pages that were there before the transaction, those of the empty
 * tables (`off` is refused: node:sqlite opens in SQLite's defensive mode). The page cache is
 * bounded, so SQLite writes early instead of keeping a million orders in memory.
 */
async function preencherNovo<T>(
  parcial: string,
  preencher: (banco: DatabaseSync) => Promise<T>,
): Promise<T> {
  const banco = new DatabaseSync(parcial, { enableForeignKeyConstraints: true })
  try {
    banco.exec('pragma journal_mode = memory; pragma synchronous = off')
    banco.exec('pragma locking_mode = exclusive; pragma cache_size = -32768')
    banco.exec(readFileSync(ESQUEMA, 'utf8'))
    banco.exec('begin')
    const resultado = await preencher(banco)
    banco.exec('commit')
    return resultado
  } finally {
    banco.close()
  }
}

function recusarDestino(alvo: string, substituir: boolean): void {
  const atual = statSync(alvo, { throwIfNoEntry: false })
  if (atual && !atual.isFile()) {
    throw new DestinoRecusado(`${alvo} não é um arquivo comum: escolha outro caminho em --saida.`)
  }
  if (atual && !substituir) {
    throw new DestinoRecusado(
      `O arquivo ${alvo} já existe e não foi alterado. Para trocá-lo, use --substituir.`,
    )
  }
  if (!statSync(dirname(alvo), { throwIfNoEntry: false })?.isDirectory()) {
    throw new DestinoRecusado(`A pasta ${dirname(alvo)} não existe.`)
  }
}

/** A run ended by kill -9 or a power cut could not remove its own file: the next one does. */
function removerAbandonados(alvo: string): void {
  const inicio = `${basename(alvo)}.parcial-`
  for (const nome of readdirSync(dirname(alvo))) {
    if (!nome.startsWith(inicio)) continue
    const pid = Number.parseInt(nome.slice(inicio.length), 10)
    if (pid > 0 && !vive(pid)) rmSync(join(dirname(alvo), nome), { force: true })
  }
}

function vive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (erro) {
    return (erro as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A directory opens for reading only; on Windows a file is flushed only if open for writing. */
function tornarDuravel(caminho: string, modo: 'r' | 'r+'): void {
  const descritor = openSync(caminho, modo)
  try {
    fsyncSync(descritor)
  } finally {
    closeSync(descritor)
  }
}
