// Opens all the files that it may, and then says whether it takes itself, and a process that never
// was, for alive, and why it signals nobody.
import { openSync } from 'node:fs'
import { identificar, sinalizar, vive } from '../../../src/infra/supervisao/identidade.ts'

const eu = identificar(process.pid)!
const nenhum = { pid: 2 ** 22, inicio: 'nunca existiu' }
try {
  for (;;) openSync('/dev/null', 'r')
} catch {
  process.stdout.write(JSON.stringify({ eu: vive(eu), nenhum: vive(nenhum), recusa: recusa() }))
}

/** What keeps it from ending whoever may have this pid by now. */
function recusa(): string | undefined {
  try {
    sinalizar({ pid: process.pid, inicio: 'de outra vida' }, 'SIGKILL')
    return undefined
  } catch (erro) {
    return (erro as { code?: string }).code
  }
}
