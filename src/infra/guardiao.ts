// A process that ends however its owner ends, kill -9 included: a shell between the two holds a
// pipe from the owner, and its end is the order to end. The group is its own, so that a Ctrl-C in
// the terminal reaches neither.
import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as esperar } from 'node:timers/promises'
import { ErroDeInicio } from '../persistencia/database.ts'
import { abrirLog, ultimasLinhas } from './supervisao/arquivo_de_log.ts'
import { encerrar, type Identidade, identificar } from './supervisao/identidade.ts'

/** Below the 4 s in which a supervised process has to drain. */
const GRACIA_S = 3
/** How much longer than that the shell is waited for before both are ended from here. */
const FOLGA_MS = 500
const PRONTO_EM_MS = 50_000
const PASSO_MS = 25

/**
 * The watcher outlives a killed shell. `read` ends with the pipe: nothing is ever written to it.
 * In a background job of `sh`, standard input is /dev/null: hence the other number.
 */
const SCRIPT = `
sinal=$1
shift
exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
pid=$!
echo $pid >&3
exec 3>&-
(
  read -r _ <&4
  kill -s $sinal $pid
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
  /** The last lines it said in this life. */
  ditas(): readonly string[]
  /** When it is gone, in Portuguese, e.g. "código 1", "sinal SIGKILL". Never rejects. */
  readonly saida: Promise<string>
  /** Its signal, then KILL; resolves when it is gone. */
  parar(): Promise<void>
}

export interface OpcoesDoGuardado {
  /** The program's own directory. */
  readonly pasta: string
  /** Where what it says goes. */
  readonly log: string
  /** Asks it to end in order. */
  readonly sinal: 'SIGTERM' | 'SIGINT'
  readonly ambiente: Readonly<NodeJS.ProcessEnv>
}

/** Throws when the program cannot be started at all. */
export async function guardar(
  programa: string,
  argumentos: readonly string[],
  { pasta, log, sinal, ambiente }: OpcoesDoGuardado,
): Promise<Guardado> {
  const { fd, tamanho: logDesde } = abrirLog(log)
  const nomeDoSinal = sinal.slice('SIG'.length)
  const shell = spawn('sh', ['-c', SCRIPT, 'guardiao', nomeDoSinal, programa, ...argumentos], {
    stdio: ['pipe', fd, fd, 'pipe'],
    detached: true,
    cwd: pasta,
    env: ambiente,
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
    await encerrar([quem], GRACIA_S * 1_000, sinal)
    return texto
  })
  return {
    quem,
    ditas: () => ultimasLinhas(log, logDesde),
    saida,
    async parar() {
      shell.stdin?.destroy()
      const relogio = setTimeout(() => shell.kill('SIGKILL'), GRACIA_S * 1_000 + FOLGA_MS)
      await saida
      clearTimeout(relogio)
    },
  }
}

/** Waits until it `responde`. Errors: ErroDeInicio, with such of its last words as are `dito`. */
export async function ficarPronto(
  guardado: Guardado,
  quem: string,
  responde: () => Promise<boolean>,
  dito: (linha: string) => boolean = () => true,
): Promise<void> {
  const prazo = performance.now() + PRONTO_EM_MS
  let fim: string | undefined
  void guardado.saida.then((texto) => {
    fim = texto
  })
  while (fim === undefined && performance.now() < prazo) {
    if (await responde()) return
    await esperar(PASSO_MS)
  }
  await guardado.parar()
  const porque = fim ? `terminou (${fim})` : `não ficou pronto em ${PRONTO_EM_MS / 1_000} s`
  throw new ErroDeInicio([`${quem} ${porque}`, ...guardado.ditas().filter(dito)].join('\n  '))
}

/** When what is open falls, this process ends too, with code 1: who supervises it starts both. */
export function cairJunto<A extends AsyncDisposable & { readonly saida: Promise<string> }>(
  quem: string,
  aberto: A,
): A {
  let parando = false
  void aberto.saida.then((porque) => {
    if (parando) return
    console.error(`erro: ${quem} terminou (${porque})`)
    process.exit(1)
  })
  return {
    ...aberto,
    [Symbol.asyncDispose]() {
      parando = true
      return aberto[Symbol.asyncDispose]()
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
