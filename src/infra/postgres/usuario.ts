// PostgreSQL refuses to run as root, who may have everything below a directory that nobody else can
// enter: there it runs as a user that the machine already has and, only if that one cannot get as
// far as programs and data, with the one capability that lets it.
import { spawnSync } from 'node:child_process'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { OU_UM_SEU } from './lugar.ts'

export interface Usuario {
  readonly uid: number
  readonly gid: number
}

const NOMES = ['postgres', 'nobody'] as const
/** From the least. Containers often withhold the first; what only root may run needs the other. */
const CAPACIDADES = ['dac_read_search', 'dac_override'] as const

/** Undefined where we are not root: then it runs as we do. Errors: ErroDeInicio (code 2). */
export function usuarioDoServidor(): Usuario | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const nome of NOMES) {
    const [uid, gid] = ['-u', '-g'].map((qual) => Number.parseInt(id(qual, nome), 10))
    if (uid && gid) return { uid, gid }
  }
  const falta = `o PostgreSQL não roda como root, e não há usuário ${NOMES.join(' ou ')}`
  throw new ErroDeInicio(`${falta}: inicie sem ser root, ${OU_UM_SEU}`, 2)
}

const id = (qual: string, nome: string): string =>
  spawnSync('id', [qual, nome], { encoding: 'utf8' }).stdout ?? ''

/** What goes before a program so that it runs as `usuario`; those after the first allow it more. */
export function prefixosPara({ uid, gid }: Usuario): readonly (readonly string[])[] {
  const como = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs']
  return [
    como,
    ...CAPACIDADES.map((uma) => [
      ...como,
      // Without it access(2), by which PostgreSQL looks for its own files, ignores capabilities.
      '--securebits=+no_setuid_fixup',
      ...[`--inh-caps=+${uma}`, `--ambient-caps=+${uma}`],
    ]),
  ]
}
