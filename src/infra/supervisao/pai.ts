// npm passes few signals on: after a KILL of npm, or a TERM when a shell stands in between, node
// would live on as an orphan. So a process started by hand watches whether its parents still live.
import { type Identidade, vive } from './identidade.ts'
import { lerProcesso } from './processo_do_sistema.ts'

const INTERVALO_MS = 500
/** Nested `npm run`s put two processes each between the terminal and node. */
const ANCESTRAIS_MAXIMO = 16
const SHELL = /^(\S*\/)?-?(sh|dash|bash|ash|zsh|ksh|busybox)(\s|$)/
/** npm renames itself "npm start"; before that its command line names npm-cli.js or bin/npm. */
const NPM = /^(\S*\/)?(npm|npx)(\s|$)|(npm|npx)-cli\.js(\s|$)|\/bin\/(npm|npx)(\s|$)/

/**
 * Calls `parar` once when this process loses its parent, or when an npm above it is gone.
 * The timer keeps no process alive.
 */
export function aoPerderOPai(parar: () => void): Disposable {
  const ppid = process.ppid
  const acima = veioDoNpm() ? ancestraisAteONpm(ppid) : []
  const relogio = setInterval(() => {
    if (process.ppid === ppid && acima.every(vive)) return
    clearInterval(relogio)
    parar()
  }, INTERVALO_MS)
  relogio.unref()
  return { [Symbol.dispose]: () => clearInterval(relogio) }
}

function veioDoNpm(): boolean {
  return process.env.npm_execpath !== undefined || process.env.npm_lifecycle_event !== undefined
}

/** The unbroken line of shells and npms above us, up to its topmost npm: what lies higher (the
 * person's own shell) may end without ending us. */
function ancestraisAteONpm(ppid: number): readonly Identidade[] {
  const linha: Identidade[] = []
  let ateONpm = 0
  let pid = ppid
  for (let nivel = 0; nivel < ANCESTRAIS_MAXIMO; nivel += 1) {
    const processo = lerProcesso(pid)
    if (processo === undefined) break
    const npm = NPM.test(processo.comando)
    if (!npm && !SHELL.test(processo.comando)) break
    linha.push({ pid, inicio: processo.inicio })
    if (npm) ateONpm = linha.length
    pid = processo.ppid
  }
  return linha.slice(0, ateONpm)
}
