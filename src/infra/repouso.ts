// Gives memory back once a flood is over. V8 keeps what it asked for until its next full
// collection, and a process that has come to rest makes none.
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const CONFERIR_MS = 5_000
/** So long after its last work a process has given back. */
export const DEVOLVE_EM_MS = 2 * CONFERIR_MS + 2_000
/** Of one core, between two looks: below it nobody is held up by a collection of some 50 ms. */
const EM_REPOUSO = 0.05
const SOBRA_BYTES = 32 * 2 ** 20

/** Looks every `conferirMs` until the process ends, which this does not put off. */
export function devolverMemoriaEmRepouso(conferirMs = CONFERIR_MS): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (como: object) => void
  let cpu = process.cpuUsage()
  let depoisDaUltima = 0
  setInterval(() => {
    const { user, system } = process.cpuUsage(cpu)
    cpu = process.cpuUsage()
    if (user + system > EM_REPOUSO * conferirMs * 1_000) return
    if (getHeapStatistics().total_heap_size < depoisDaUltima + SOBRA_BYTES) return
    // Only this kind gives back the space of what is young: measured, 206 MB become 61 in 35 ms.
    gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    depoisDaUltima = getHeapStatistics().total_heap_size
  }, conferirMs).unref()
}
