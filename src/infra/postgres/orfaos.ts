// What a killed server leaves: a process of it that is busy with a query notices only when that is
// done, and until then no other server may start on the data.
import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { encerrar, type Identidade, identificar } from '../supervisao/identidade.ts'

const GRACIA_MS = 3_000

/** Only once the server itself is gone. Where there is no /proc they are waited for instead. */
export async function encerrarOrfaos(dados: string): Promise<void> {
  if (process.platform === 'linux') await encerrar(trabalhamEm(realpathSync(dados)), GRACIA_MS)
}

function trabalhamEm(pasta: string): readonly Identidade[] {
  const pids = readdirSync('/proc').filter((nome) => /^\d+$/.test(nome))
  const dali = pids.filter((pid) => pastaDoProcesso(pid) === pasta)
  return dali.flatMap((pid) => identificar(Number(pid)) ?? [])
}

/** Undefined for what is gone meanwhile, or somebody else's. */
function pastaDoProcesso(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}
