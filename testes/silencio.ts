// What must be written nowhere: no file of a run-time directory and no command line says it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export function conferirSilencio(
  segredos: readonly string[],
  diretorio: string,
  pids: readonly (number | undefined)[],
): void {
  const tudo = readdirSync(diretorio, { recursive: true, withFileTypes: true })
  const arquivos = tudo.filter((um) => um.isFile()).map((um) => join(um.parentPath, um.name))
  const comandos = pids.map((pid) => `/proc/${pid}/cmdline`)
  assert.ok(arquivos.some((nome) => nome.endsWith('.log')))
  const conferir = (caminho: string, conteudo: Buffer) => {
    for (const segredo of segredos) assert.equal(conteudo.includes(segredo), false, caminho)
  }
  for (const caminho of arquivos) conferir(caminho, lerSeFicou(caminho))
  for (const caminho of comandos) conferir(caminho, readFileSync(caminho))
}

/** SQLite takes files away again, also between the list and the look. */
function lerSeFicou(caminho: string): Buffer {
  try {
    return readFileSync(caminho)
  } catch (erro) {
    if ((erro as { code?: string }).code === 'ENOENT') return Buffer.alloc(0)
    throw erro
  }
}
