// Opens all the files that it may, and then says whether it takes itself, and a process that never
// was, for alive.
import { openSync } from 'node:fs'
import { identificar, vive } from '../../../src/infra/supervisao/identidade.ts'

const eu = identificar(process.pid)!
const nenhum = { pid: 2 ** 22, inicio: 'nunca existiu' }
try {
  for (;;) openSync('/dev/null', 'r')
} catch {
  process.stdout.write(JSON.stringify({ eu: vive(eu), nenhum: vive(nenhum) }))
}
