// A machine with a Java and a Maven that are shell scripts, for tests: what they were asked can be
// seen, and no network is needed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export const JAVA_17 = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`
/** Two jars; the call is noted, so that it can be counted. */
export const MAVEN = `echo "$@" >> "$CHAMADAS"
for a in "$@"; do case $a in -DoutputDirectory=*) pasta=\${a#*=};; esac; done
printf um > "$pasta/um.jar"; printf dois > "$pasta/dois.jar"`
export const SEM_REDE = `echo '[ERROR] Could not transfer artifact'; echo '[ERROR] more'; exit 1`

export interface Maquina {
  readonly cache: string
  chamadas(): number
  /** Of all calls of Maven. */
  argumentos(): string
  instalar(programa: string, script: string): void
}

/** A machine with nothing but `sh`, and what the test installs. */
export function maquina(t: TestContext): Maquina {
  const raiz = mkdtempSync(join(tmpdir(), 'quatrovias-jars-'))
  const [programas, cache] = [join(raiz, 'bin'), join(raiz, 'cache')]
  mkdirSync(programas)
  const antes = { ...process.env }
  const CHAMADAS = join(raiz, 'chamadas')
  Object.assign(process.env, { PATH: programas, XDG_CACHE_HOME: cache, CHAMADAS })
  t.after(() => {
    delete process.env.CHAMADAS
    delete process.env.XDG_CACHE_HOME
    Object.assign(process.env, antes)
    rmSync(raiz, { recursive: true })
  })
  const argumentos = () => readFileSync(CHAMADAS, 'utf8')
  return {
    cache: join(cache, 'quatrovias'),
    chamadas: () => argumentos().trim().split('\n').length,
    argumentos,
    instalar: (programa, script) =>
      writeFileSync(join(programas, programa), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
  }
}
