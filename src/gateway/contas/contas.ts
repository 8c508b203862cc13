// gateway.db opened: the accounts, with their sessions, the signing keys and the audit log.
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Instante } from '../../contratos/ids.ts'
import type { Configuracao } from '../../infra/configuracao.ts'
import type { Database, Leitura } from '../../persistencia/database.ts'
import { abrirSqlite } from '../../persistencia/sqlite.ts'
import type { Papel } from '../acesso/direitos.ts'
import { type Auditoria, criarAuditoria, type Onde } from './auditoria.ts'
import { cadastrar, mudarPerfil, mudarSenha, type Novata, type Perfil } from './cadastro.ts'
import { type Chaves, criarChaves } from './chaves.ts'
import { normalizarEmail } from './credenciais.ts'
import { mascararCpf } from './mascarar.ts'
import { mudarPapel } from './papeis.ts'
import { type PreferenciasDasContas, preferenciasEm } from './preferencias.ts'
import { prepararPrimeiraVez } from './primeira_vez.ts'
import type { Senhas } from './senhas.ts'
import { criarSessoes, type Sessoes } from './sessoes.ts'
import type { Autenticado, Usuario } from './tokens.ts'

/** An account as it may be shown to its owner and to an administrator. */
export interface ContaVisivel extends Usuario {
  readonly nome: string
  readonly email: string
  /** Masked. */
  readonly cpf: string | null
  readonly criado_em: Instante
}
export interface Conta extends ContaVisivel {
  /** PHC string; null when this account cannot log in. */
  readonly senha: string | null
}
export interface PaginaDeContas {
  readonly limite: number
  /** Only accounts with a smaller number. */
  readonly antesDe?: number | undefined
  readonly papel?: Papel | undefined
}

export interface Contas extends PreferenciasDasContas, AsyncDisposable {
  porEmail(email: string): Promise<Conta | undefined>
  porId(id: number): Promise<Conta | undefined>
  /** The newest first. */
  listar(pagina: PaginaDeContas): Promise<ContaVisivel[]>
  /** Undefined when the e-mail is taken. */
  cadastrar(nova: Novata, onde: Onde): Promise<ContaVisivel | undefined>
  /** Errors: usuario_desconhecido. */
  mudarPerfil(quem: Usuario, perfil: Perfil, onde: Onde): Promise<ContaVisivel>
  /**
   * Ends the account's other sessions. False, and nothing done, when `antiga` is not the digest in
   * force any more.
   */
  mudarSenha(de: Autenticado, antiga: string, nova: string, onde: Onde): Promise<boolean>
  /**
   * Ends all sessions of the account; the papel that it already has changes nothing.
   * Errors: usuario_desconhecido, ultimo_admin, campo_invalido for who cannot log in.
   */
  mudarPapel(id: number, papel: Papel): Promise<ContaVisivel>
  readonly sessoes: Sessoes
  readonly chaves: Chaves
  readonly auditoria: Auditoria
}

const ESQUEMA = new URL('./schema.sql', import.meta.url)
const VISIVEIS = 'u.id, u.nome, u.email, u.papel, u.cliente_id, u.criado_em, p.cpf'
const DE = 'usuarios u left join perfis p on p.usuario_id = u.id'

/** Errors: ErroDeInicio when the file or, at the first start, the synthetic data does not serve. */
export async function abrirContas(
  configuracao: Configuracao,
  senhas: Senhas,
  relogio: () => number = Date.now,
): Promise<Contas> {
  await using pilha = new AsyncDisposableStack()
  const arquivo = join(configuracao.diretorio, 'dados', 'gateway.db')
  criarSoDoDono(arquivo)
  const db = pilha.use(abrirSqlite(arquivo, readFileSync(ESQUEMA, 'utf8')))
  await prepararPrimeiraVez(db, configuracao, senhas)
  const sessoes = await criarSessoes(db, relogio)
  const aberto = pilha.move()
  return {
    ...leiturasDe(db.leitura),
    ...mudancasEm(db, sessoes),
    ...preferenciasEm(db),
    sessoes,
    chaves: criarChaves(db, relogio),
    auditoria: criarAuditoria(db),
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

/** `leitura` may be a transaction, which sees what it has written. */
const leiturasDe = (leitura: Leitura) => ({
  async porEmail(email: string) {
    const sql = `select ${VISIVEIS}, u.senha from ${DE} where u.email = $1`
    const conta = await leitura.um<Conta>(sql, [normalizarEmail(email)])
    return conta && comMascara(conta)
  },
  async porId(id: number) {
    const sql = `select ${VISIVEIS}, u.senha from ${DE} where u.id = $1`
    const conta = await leitura.um<Conta>(sql, [id])
    return conta && comMascara(conta)
  },
  async listar({ limite, antesDe, papel }: PaginaDeContas) {
    const achadas = await leitura.todos<ContaVisivel>(
      `select ${VISIVEIS} from ${DE} where u.id < $1 and ($2 is null or u.papel = $2)
       order by u.id desc limit $3`,
      [antesDe ?? Number.MAX_SAFE_INTEGER, papel ?? null, limite],
    )
    return achadas.map(comMascara)
  },
})

/** Each in one transaction; the sessions that it ends are forgotten once it is committed. */
const mudancasEm = (db: Database, sessoes: Sessoes) => ({
  cadastrar: (nova: Novata, onde: Onde) =>
    db.transacao(async (tx) => {
      const id = await cadastrar(tx, nova, onde)
      return id === undefined ? undefined : contaEm(tx, id)
    }),
  mudarPerfil: (quem: Usuario, perfil: Perfil, onde: Onde) =>
    db.transacao(async (tx) => {
      await mudarPerfil(tx, quem, perfil, onde)
      return contaEm(tx, quem.id)
    }),
  async mudarSenha(de: Autenticado, antiga: string, nova: string, onde: Onde) {
    const fim = await db.transacao(async (tx) => {
      const mudou = await mudarSenha(tx, de, antiga, nova, onde)
      return mudou ? sessoes.encerrarTodas(tx, de.id, de.sessao) : undefined
    })
    if (fim) sessoes.esquecer(fim)
    return fim !== undefined
  },
  async mudarPapel(id: number, papel: Papel) {
    const { conta, fim } = await db.transacao(async (tx) => {
      const mudou = await mudarPapel(tx, id, papel)
      const encerradas = mudou ? await sessoes.encerrarTodas(tx, id) : undefined
      return { conta: await contaEm(tx, id), fim: encerradas }
    })
    if (fim) sessoes.esquecer(fim)
    return conta
  },
})

/** One that the same transaction has just written or found. */
async function contaEm(tx: Leitura, id: number): Promise<ContaVisivel> {
  const conta = await leiturasDe(tx).porId(id)
  if (!conta) throw new Error(`a conta ${id} sumiu`)
  return semSenha(conta)
}

/** The digits of a CPF go no further than this. */
const comMascara = <T extends ContaVisivel>(conta: T): T => ({
  ...conta,
  cpf: conta.cpf && mascararCpf(conta.cpf),
})

export function semSenha({ senha: _, ...visivel }: Conta): ContaVisivel {
  return visivel
}

/** It holds a private key: SQLite gives its side files the mode that the database has. */
function criarSoDoDono(arquivo: string): void {
  mkdirSync(dirname(arquivo), { recursive: true })
  closeSync(openSync(arquivo, 'a', 0o600))
}
