// Passwords: argon2id as OWASP recommends it, a bounded number at once, and the same work whether
// the account exists or not.
// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { ErroDeNegocio } from '../../contratos/errors.ts'

const MEMORIA_KIB = 19 * 1_024
const PASSADAS = 2
const PARALELISMO = 1
const BYTES_DO_SAL = 16
const BYTES_DO_RESUMO = 32
/** Each takes 19 MB and one of the four threads that files and names also need. */
const MAXIMO_AO_MESMO_TEMPO = 3
/** Some two seconds of work for one core; whoever comes then is told to come back. */
const MAIOR_FILA = 64

const derivar = promisify(argon2)

export interface Senhas {
  /** A PHC string: algorithm, parameters, salt and digest in one. */
  resumir(senha: string): Promise<string>
  /** False without an account (`undefined`) or without a password (`null`), after the same work. */
  conferir(senha: string, guardada: string | null | undefined): Promise<boolean>
}

interface Resumo {
  readonly memoria: number
  readonly passadas: number
  readonly paralelismo: number
  readonly sal: Buffer
  readonly resumo: Buffer
}

/** Half the cores: a flood of logins leaves the other half to the checkout. */
export const simultaneasEm = (nucleos: number): number =>
  Math.min(MAXIMO_AO_MESMO_TEMPO, Math.max(1, Math.floor(nucleos / 2)))

export function criarSenhas(
  aoMesmoTempo = simultaneasEm(availableParallelism()),
  maiorFila = MAIOR_FILA,
): Senhas {
  const naVez = comLimite(aoMesmoTempo, maiorFila)
  const calcular = (senha: string, r: Omit<Resumo, 'resumo'>, bytes: number) =>
    naVez(() =>
      derivar('argon2id', {
        // The same letters typed on another keyboard may come in another composition.
        message: senha.normalize('NFC'),
        nonce: r.sal,
        parallelism: r.paralelismo,
        tagLength: bytes,
        memory: r.memoria,
        passes: r.passadas,
      }),
    )
  return {
    async resumir(senha) {
      const novo = comNovoSal()
      return escrever({ ...novo, resumo: await calcular(senha, novo, BYTES_DO_RESUMO) })
    },
    async conferir(senha, guardada) {
      const certa = guardada ? ler(guardada) : undefined
      const alvo = certa ?? { ...comNovoSal(), resumo: randomBytes(BYTES_DO_RESUMO) }
      const achado = await calcular(senha, alvo, alvo.resumo.length)
      return timingSafeEqual(achado, alvo.resumo) && certa !== undefined
    },
  }
}

const comNovoSal = () => ({
  memoria: MEMORIA_KIB,
  passadas: PASSADAS,
  paralelismo: PARALELISMO,
  sal: randomBytes(BYTES_DO_SAL),
})

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')

function escrever(r: Resumo): string {
  const parametros = `m=${r.memoria},t=${r.passadas},p=${r.paralelismo}`
  return `$argon2id$v=19$${parametros}$${base64(r.sal)}$${base64(r.resumo)}`
}

const FORMATO = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/

function ler(phc: string): Resumo {
  const [, m, t, p, sal, resumo] = FORMATO.exec(phc) ?? []
  if (!sal || !resumo) throw new Error('senha guardada em formato desconhecido')
  return {
    memoria: Number(m),
    passadas: Number(t),
    paralelismo: Number(p),
    sal: Buffer.from(sal, 'base64'),
    resumo: Buffer.from(resumo, 'base64'),
  }
}

/** Runs at most `simultaneas` tasks; `maiorFila` more may wait, in order; the rest are refused. */
function comLimite(simultaneas: number, maiorFila: number) {
  const fila: (() => void)[] = []
  let livres = simultaneas
  return async <T>(tarefa: () => Promise<T>): Promise<T> => {
    if (livres > 0) livres -= 1
    else if (fila.length < maiorFila) await new Promise<void>((vez) => fila.push(vez))
    else throw new ErroDeNegocio('sobrecarregado', 'Muitas pessoas entrando ao mesmo tempo.')
    try {
      return await tarefa()
    } finally {
      const proxima = fila.shift()
      if (proxima) proxima()
      else livres += 1
    }
  }
}
