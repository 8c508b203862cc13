// The lock's file: its format, its reading, its atomic replacement, and taking it so that of any
// number of simultaneous starts exactly one succeeds, also when a dead owner left it behind.
import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type Identidade, vive } from './identidade.ts'

export interface FilhoAnotado extends Identidade {
  readonly nome: string
}

export interface ConteudoDaTrava extends Identidade {
  readonly filhos: readonly FilhoAnotado[]
}

export type Tomada =
  | { readonly tomada: true; readonly anterior: ConteudoDaTrava | undefined }
  | { readonly tomada: false; readonly dono: number }

/** Each try that fails means that another process took or released the lock in between. */
const TENTATIVAS = 50
/** Each level means one more process that died in the middle of taking over. */
const NIVEIS = 5

/**
 * Takes `caminho` for `eu`, children of a dead owner included. A dead owner's file is never
 * deleted (a second starter could then delete the first one's new file): the right to replace
 * exactly this content is itself a lock, named by the content's hash and taken the same way.
 */
export function tomar(caminho: string, eu: Identidade, nivel = 0): Tomada {
  for (let tentativa = 0; nivel < NIVEIS && tentativa < TENTATIVAS; tentativa += 1) {
    if (criar(caminho, { ...eu, filhos: [] })) return { tomada: true, anterior: undefined }
    const achado = ler(caminho)
    if (achado === undefined) continue
    const anterior = achado.conteudo
    if (anterior !== undefined && vive(anterior)) return { tomada: false, dono: anterior.pid }
    const resumo = createHash('sha256').update(achado.texto).digest('hex')
    const sucessao = `${caminho}.${resumo.slice(0, 12)}`
    const direito = tomar(sucessao, eu, nivel + 1)
    if (!direito.tomada) return direito
    try {
      if (ler(caminho)?.texto !== achado.texto) continue
      substituir(caminho, { ...eu, filhos: anterior?.filhos ?? [] })
      return { tomada: true, anterior }
    } finally {
      rmSync(sucessao, { force: true })
    }
  }
  throw new Error(`a trava ${caminho} muda sem parar`)
}

/** The file's text, and what it says when that is legible; undefined when there is no file. */
export function ler(
  caminho: string,
): { readonly texto: string; readonly conteudo: ConteudoDaTrava | undefined } | undefined {
  let texto: string
  try {
    texto = readFileSync(caminho, 'utf8')
  } catch (erro) {
    if (erro instanceof Error && 'code' in erro && erro.code === 'ENOENT') return undefined
    throw erro
  }
  return { texto, conteudo: decifrar(texto) }
}

/** Replaces the file at once: a reader sees the old text or the new one, never half of it. */
export function substituir(caminho: string, conteudo: ConteudoDaTrava): void {
  renameSync(escreverAoLado(caminho, conteudo), caminho)
}

/** As exclusive as opening with `wx`, but the file appears with its content: with `wx` a second
 * starter could read it empty, which looks like the remains of a crash. */
function criar(caminho: string, conteudo: ConteudoDaTrava): boolean {
  const pronto = escreverAoLado(caminho, conteudo)
  try {
    linkSync(pronto, caminho)
    return true
  } catch (erro) {
    if (erro instanceof Error && 'code' in erro && erro.code === 'EEXIST') return false
    throw erro
  } finally {
    rmSync(pronto, { force: true })
  }
}

function escreverAoLado(caminho: string, conteudo: ConteudoDaTrava): string {
  const aoLado = `${caminho}.${randomUUID()}.tmp`
  writeFileSync(aoLado, `${JSON.stringify(conteudo)}\n`, { flag: 'wx' })
  return aoLado
}

function decifrar(texto: string): ConteudoDaTrava | undefined {
  try {
    const lido: unknown = JSON.parse(texto)
    if (!ehIdentidade(lido) || !('filhos' in lido) || !Array.isArray(lido.filhos)) return undefined
    const filhos = lido.filhos.filter(
      (um: unknown): um is FilhoAnotado => ehIdentidade(um) && 'nome' in um,
    )
    return { pid: lido.pid, inicio: lido.inicio, filhos }
  } catch {
    return undefined
  }
}

/** A pid of 0 or below would signal whole groups. */
function ehIdentidade(valor: unknown): valor is Identidade {
  if (typeof valor !== 'object' || valor === null) return false
  if (!('pid' in valor && 'inicio' in valor)) return false
  return Number.isInteger(valor.pid) && Number(valor.pid) > 0 && typeof valor.inicio === 'string'
}
