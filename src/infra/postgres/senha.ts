// The password of our own PostgreSQL: drawn once for a run-time directory, and kept beside the data
// in a file that only its owner reads. It is on no command line.
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { BASE, caminhoDaSenha, caminhoDosDados, LOCAL, pastaDoPostgres, USUARIO } from './lugar.ts'

const SENHA_BYTES = 32

/** Given to all processes by who starts the server of `diretorio`, already prepared, on `porta`. */
export function ambienteDoPostgresProprio(
  diretorio: string,
  porta: number,
): Record<'POSTGRES_PORTA' | 'VENDAS_DATABASE_URL', string> {
  const senha = readFileSync(caminhoDaSenha(pastaDoPostgres(diretorio)), 'utf8')
  return {
    POSTGRES_PORTA: String(porta),
    VENDAS_DATABASE_URL: `postgres://${USUARIO}:${senha}@${LOCAL}:${porta}/${BASE}`,
  }
}

/** Draws the one of a new `pasta`. Errors: ErroDeInicio (code 2) when that of its data is gone. */
export function sortearSenha(pasta: string): void {
  const caminho = caminhoDaSenha(pasta)
  if (existsSync(caminho)) return
  if (existsSync(caminhoDosDados(pasta))) {
    const fazer = `devolva o arquivo, ou apague ${pasta} para começar do zero`
    throw new ErroDeInicio(`falta ${caminho}, a senha dos dados que estão ali: ${fazer}`, 2)
  }
  const nova = `${caminho}.${randomUUID()}.novo`
  // In letters that a URL takes as they are.
  writeFileSync(nova, randomBytes(SENHA_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(nova, caminho)
  } catch (erro) {
    // Another process may have been faster, and its password is as good.
    if (!existsSync(caminho)) throw erro
  } finally {
    rmSync(nova)
  }
}
