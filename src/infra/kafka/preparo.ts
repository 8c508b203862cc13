// All that a broker needs before its first start, made once for this machine: the jars and, from a
// trial run, an archive of their classes as Java keeps them in memory (class data sharing).
// Measured: ready in 0.8 s in place of 1.5, and 60 MB less.
import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  accessSync,
  constants,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as esperar } from 'node:timers/promises'
import { type Ferramentas, iniciarBroker } from './broker.ts'
import { prepararJars } from './jars.ts'
import { escolherPortasDoBroker } from './portas.ts'

const ARQUIVAR_LIMITE_MS = 60_000
const NENHUM = 0

/** Errors: ErroDeInicio (code 2) that says what is missing and what to do. */
export async function prepararBroker(dizer?: (linha: string) => void): Promise<Ferramentas> {
  const jars = await prepararJars(dizer)
  const classes = join(jars, `classes-${idDoJava()}.jsa`)
  if (tamanhoDe(classes) !== tamanhoAnotado(classes) && podeEscrever(jars)) {
    dizer?.('Preparando o Kafka para iniciar depressa (alguns segundos, só na primeira vez)…')
    await arquivarClasses(jars, classes)
  }
  const inteiro = tamanhoDe(classes) > NENHUM && tamanhoDe(classes) === tamanhoAnotado(classes)
  return inteiro ? { jars, classes } : { jars }
}

/** The jars may be another user's, in an image that was built once. */
function podeEscrever(pasta: string): boolean {
  try {
    accessSync(pasta, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** An archive serves only the very Java that made it; another is made for another. */
function idDoJava(): string {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return createHash('sha256').update(stderr).digest('hex').slice(0, 8)
}

const tamanhoDe = (classes: string): number =>
  statSync(classes, { throwIfNoEntry: false })?.size ?? NENHUM

/** Beside it: Java does not survive an archive that was cut off. */
function tamanhoAnotado(classes: string): number | undefined {
  try {
    return Number(readFileSync(`${classes}.bytes`, 'utf8'))
  } catch {
    return undefined
  }
}

/** Where none comes of it that is noted too: the broker starts without, and nobody tries again. */
async function arquivarClasses(jars: string, classes: string): Promise<void> {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-classes-')).catch(() => undefined)
  if (diretorio === undefined) return
  const novas = `${classes}.${randomUUID()}.novo`
  try {
    await using broker = await iniciarBroker({
      ...{ diretorio, jars, portas: await escolherPortasDoBroker(0) },
      jvm: [`-XX:ArchiveClassesAtExit=${novas}`],
    })
    process.kill(broker.pid, 'SIGTERM')
    // Java writes on its way out, which takes longer than an ending broker is given.
    await Promise.race([broker.saida, esperar(ARQUIVAR_LIMITE_MS, undefined, { ref: false })])
  } catch {
    // What keeps a broker from starting is said by the one that is wanted.
  } finally {
    anotar(novas, classes)
    await rm(diretorio, { recursive: true, force: true })
  }
}

function anotar(novas: string, classes: string): void {
  try {
    const bytes = tamanhoDe(novas)
    writeFileSync(`${novas}.bytes`, String(bytes))
    if (bytes > NENHUM) renameSync(novas, classes)
    renameSync(`${novas}.bytes`, `${classes}.bytes`)
  } catch {
    // A full disk, for example: without, and the next start tries again.
    for (const nome of [novas, `${novas}.bytes`]) rmSync(nome, { force: true })
  }
}
