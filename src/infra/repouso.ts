// Gives memory back once a flood is over. V8 keeps what it asked for until its next full
// collection, and a process that has come to rest makes none.
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const CONFERIR_MS = 5_000
/** After a flood a process has given back within so long. */
export const DEVOLVE_EM_MS = 2 * CONFERIR_MS + 2_000
/** Of one core, between two looks: below it next to nobody waits while a collection lasts. */
const EM_REPOUSO = 0.05
/** What a service weighs anyway: below it there is nothing to be had. */
const POUCO_BYTES = 56 * 2 ** 20

/**
 * Each time that work comes to rest, from now until the process ends, which this does not put off.
 * It stops for some 10 ms, and 150 ms for each 100 MB still in use. What is let go without any work
 * is given back after the next.
 */
export function devolverMemoriaEmRepouso(conferirMs = CONFERIR_MS): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (como: object) => void
  let cpu = process.cpuUsage()
  // Its start was work too.
  let trabalhou = true
  setInterval(() => {
    const { user, system } = process.cpuUsage(cpu)
    cpu = process.cpuUsage()
    if (user + system > EM_REPOUSO * conferirMs * 1_000) {
      trabalhou = true
    } else if (trabalhou) {
      trabalhou = false
      if (getHeapStatistics().total_heap_size < POUCO_BYTES) return
      // Only this kind gives back the space of what is young: measured, 206 MB become 61.
      gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    }
  }, conferirMs).unref()
}
