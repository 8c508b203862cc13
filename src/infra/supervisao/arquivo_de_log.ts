// One log file per child, written by the child itself: the supervisor only opens it, keeps it
// bounded (one older copy beside it) and reads its end when it must explain a failure.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { copyFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'

export const LOG_MAXIMO_BYTES = 50 * 1024 * 1024
const FIM_BYTES = 4_096
const FIM_LINHAS = 10

export function caminhoDoLog(diretorio: string, nome: string): string {
  return join(diretorio, 'logs', `${nome}.log`)
}

/** Opens for appending, which also lets `conter` cut the file while a child writes to it. */
export function abrirLog(caminho: string): { readonly fd: number; readonly tamanho: number } {
  mkdirSync(join(caminho, '..'), { recursive: true })
  const fd = openSync(caminho, 'a')
  return { fd, tamanho: fstatSync(fd).size }
}

/**
 * Copies a log beyond `maximo` bytes to `<log>.1` and empties it. By copy, not by rename: the child
 * holds the file open. Lines written during the copy may be lost.
 */
export async function conter(caminho: string, maximo = LOG_MAXIMO_BYTES): Promise<void> {
  try {
    if ((await stat(caminho)).size <= maximo) return
    await copyFile(caminho, `${caminho}.1`)
  } catch {
    // No log yet, or no room for the copy: in the second case the cut is wanted all the more.
  }
  await truncate(caminho, 0).catch(() => {})
}

/** The last lines written after byte `desde`; empty when there are none. */
export function ultimasLinhas(caminho: string, desde: number): readonly string[] {
  let fd: number | undefined
  try {
    const tamanho = statSync(caminho).size
    const inicio = Math.max(desde > tamanho ? 0 : desde, tamanho - FIM_BYTES)
    const bytes = Buffer.alloc(tamanho - inicio)
    fd = openSync(caminho, 'r')
    readSync(fd, bytes, 0, bytes.length, inicio)
    const linhas = bytes.toString('utf8').split('\n')
    return linhas.filter((linha) => linha.trim() !== '').slice(-FIM_LINHAS)
  } catch {
    return []
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
