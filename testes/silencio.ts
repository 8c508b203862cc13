// What must be written nowhere: no file of a run-time directory and no command line says it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export function conferirSilencio(
  segredos: readonly string[],
  diretorio: string,
  pids: readonly (number | undefined)[],
): void {
  const nomes = readdirSync(diretorio, { recursive: true, encoding: 'utf8' })
  const arquivos = nomes.map((nome) => join(diretorio, nome)).filter((um) => statSync(um).isFile())
  assert.ok(arquivos.some((nome) => nome.endsWith('.log')) && pids.every((pid) => pid))
  for (const caminho of [...arquivos, ...pids.map((pid) => `/proc/${pid}/cmdline`)]) {
    const conteudo = readFileSync(caminho)
    for (const segredo of segredos) assert.equal(conteudo.includes(segredo), false, caminho)
  }
}
