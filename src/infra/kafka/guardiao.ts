// A process that ends however its owner ends, kill -9 included: a shell between the two holds a
// pipe from the owner, and its end is the order to end. The group is its own, so that a Ctrl-C in
// the terminal reaches neither.
import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { abrirLog } from '../supervisao/arquivo_de_log.ts'
import { encerrar, type Identidade, identificar } from '../supervisao/identidade.ts'

/** Java reads the names of files as the locale says, and without one has no accents. */
export const EM_UTF8 = { ...process.env, LC_ALL: 'C.UTF-8' }

/** Below the 4 s in which a supervised process has to drain. */
const GRACIA_S = 3
/** How much longer than that the shell is waited for before both are ended from here. */
const FOLGA_MS = 500

/**
 * The watcher outlives a killed shell. `read` ends with the pipe: nothing is ever written to it.
 * In a background job of `sh`, standard input is /dev/null: hence the other number.
 */
const SCRIPT = `
exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
pid=$!
echo $pid >&3
exec 3>&-
(
  read -r _ <&4
  kill -TERM $pid
  passos=0
  while kill -0 $pid && [ $passos -lt ${GRACIA_S * 10} ]; do sleep 0.1; passos=$((passos + 1)); done
  kill -KILL $pid
) >/dev/null 2>&1 &
vigia=$!
exec 4<&-
wait $pid
codigo=$?
kill $vigia
exit $codigo
`

export interface Guardado {
  readonly quem: Identidade
  /** Where in its log this life began, in bytes. */
  readonly logDesde: number
  /** When it is gone, in Portuguese, e.g. "código 1", "sinal SIGKILL". Never rejects. */
  readonly saida: Promise<string>
  /** TERM, then KILL; resolves when it is gone. */
  parar(): Promise<void>
}

/** Throws when the program cannot be started at all. */
export async function guardar(
  programa: string,
  argumentos: readonly string[],
  /** The program's own directory, and where what it says goes. */
  { pasta, log }: { readonly pasta: string; readonly log: string },
): Promise<Guardado> {
  const { fd, tamanho: logDesde } = abrirLog(log)
  const shell = spawn('sh', ['-c', SCRIPT, 'guardiao', programa, ...argumentos], {
    stdio: ['pipe', fd, fd, 'pipe'],
    detached: true,
    cwd: pasta,
    env: EM_UTF8,
  })
  closeSync(fd)
  const fim = Promise.withResolvers<string>()
  shell.once('exit', (codigo, sinal) => fim.resolve(emPalavras(codigo, sinal)))
  shell.once('error', (erro) => fim.resolve(`não iniciou: ${erro.message}`))
  const pid = Number(await text(shell.stdio[3] as Readable))
  const quem = pid > 0 ? identificar(pid) : undefined
  if (!quem) throw new Error(`${programa} não iniciou (${await fim.promise})`)
  // A killed shell leaves the process, which then goes too: nobody would hear of its end.
  const saida = fim.promise.then(async (texto) => {
    shell.stdin?.destroy()
    await encerrar([quem], GRACIA_S * 1_000)
    return texto
  })
  return {
    quem,
    logDesde,
    saida,
    async parar() {
      shell.stdin?.destroy()
      const relogio = setTimeout(() => shell.kill('SIGKILL'), GRACIA_S * 1_000 + FOLGA_MS)
      await saida
      clearTimeout(relogio)
    },
  }
}

/** A shell says 128 + n of what signal n ended. */
function emPalavras(codigo: number | null, sinal: string | null): string {
  const numero = (codigo ?? 0) - 128
  const [nome] = Object.entries(constants.signals).find(([, um]) => um === numero) ?? []
  const qual = sinal ?? nome
  return qual ? `sinal ${qual}` : `código ${codigo}`
}
