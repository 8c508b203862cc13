// gateway.db: the accounts read, and the keys that sign their tokens.
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { JWK } from 'jose'
import type { Instante } from '../../contratos/ids.ts'
import type { Configuracao } from '../../infra/configuracao.ts'
import { abrirSqlite } from '../../persistencia/sqlite.ts'
import { normalizarEmail } from './credenciais.ts'
import { prepararPrimeiraVez } from './primeira_vez.ts'
import type { Senhas } from './senhas.ts'
import type { Usuario } from './tokens.ts'

export interface Conta extends Usuario {
  readonly nome: string
  readonly email: string
  /** PHC string; null when this account cannot log in. */
  readonly senha: string | null
  readonly criado_em: Instante
}

export interface Contas extends AsyncDisposable {
  porEmail(email: string): Promise<Conta | undefined>
  porId(id: number): Promise<Conta | undefined>
  /** Private JWKs, the newest first. */
  chaves(): Promise<JWK[]>
}

const ESQUEMA = new URL('./schema.sql', import.meta.url)
const COLUNAS = 'id, nome, email, senha, papel, cliente_id, criado_em'

/** Errors: ErroDeInicio when the file or, at the first start, the synthetic data does not serve. */
export async function abrirContas(configuracao: Configuracao, senhas: Senhas): Promise<Contas> {
  await using pilha = new AsyncDisposableStack()
  const arquivo = join(configuracao.diretorio, 'dados', 'gateway.db')
  criarSoDoDono(arquivo)
  const db = pilha.use(abrirSqlite(arquivo, readFileSync(ESQUEMA, 'utf8')))
  await prepararPrimeiraVez(db, configuracao, senhas)
  const { leitura } = db
  const aberto = pilha.move()
  return {
    porEmail: (email) =>
      leitura.um<Conta>(`select ${COLUNAS} from usuarios where email = $1`, [
        normalizarEmail(email),
      ]),
    porId: (id) => leitura.um<Conta>(`select ${COLUNAS} from usuarios where id = $1`, [id]),
    async chaves() {
      const linhas = await leitura.todos<{ jwk: string }>(
        'select jwk from chaves order by criado_em desc, kid',
      )
      return linhas.map(({ jwk }) => JSON.parse(jwk) as JWK)
    },
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

/** It holds a private key: SQLite gives its side files the mode that the database has. */
function criarSoDoDono(arquivo: string): void {
  mkdirSync(dirname(arquivo), { recursive: true })
  closeSync(openSync(arquivo, 'a', 0o600))
}
