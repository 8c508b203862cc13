// Sessions: opened by a login, prolonged by a renewal code that works once, ended by leaving, by a
// code used twice, by a change of password or role, or by time.
import { randomBytes } from 'node:crypto'
import type { Instante } from '../../contratos/ids.ts'
import type { Database, Transacao } from '../../persistencia/database.ts'
import { type Ato, anotarEm, type Onde } from './auditoria.ts'
import { criarEncerradas, VIDA_DO_TOKEN_MS } from './encerradas.ts'
import { type Codigo, lerCodigo, novoCodigo } from './renovacao.ts'
import type { Autenticado, Usuario } from './tokens.ts'

const UM_DIA_MS = 24 * 3_600_000
/** Since the last renewal, and since the login. */
const MAIOR_PAUSA_MS = 7 * UM_DIA_MS
const MAIOR_VIDA_MS = 30 * UM_DIA_MS
export const MAXIMO_DE_SESSOES = 20
/** A login adds one session and takes away at most so many that are over. */
const LOTE_DA_LIMPEZA = 10
const BYTES_DO_NOME = 16

export interface SessaoAberta {
  /** As the account is now, whatever it was when the session began. */
  readonly usuario: Usuario
  readonly sessao: string
  readonly renovacao: string
  readonly renovacao_expira_em: Instante
}
/** What was read of the account before its password was checked. */
export interface Entrada {
  readonly id: number
  readonly senha: string | null
}

export interface Sessoes {
  /** Undefined when the password was changed since it was checked. */
  abrir(entrada: Entrada, onde: Onde): Promise<SessaoAberta | undefined>
  /** Undefined for a code that is not in force; one used before ends its whole session. */
  renovar(codigo: string, onde: Onde): Promise<SessaoAberta | undefined>
  encerrar(quem: Autenticado, onde: Onde): Promise<void>
  /** Inside a transaction that changes the account; `esquecer` after its commit. */
  encerrarTodas(tx: Transacao, usuario_id: number, menos?: string): Promise<Encerramento>
  esquecer(encerramento: Encerramento): void
  /** From memory: whether a token of this session, issued then, must be refused. */
  encerrada(sessao: string, emitidoMs: number): boolean
}
export interface Encerramento {
  readonly sessoes: readonly string[]
  readonly emMs: number
}

interface Linha extends Usuario {
  readonly sessao: string
  readonly renovacao: string
  readonly criada_em: string
}

const iso = (ms: number): Instante => new Date(ms).toISOString() as Instante

export async function criarSessoes(
  db: Database,
  relogio: () => number = Date.now,
): Promise<Sessoes> {
  const encerradas = criarEncerradas(relogio)
  const esquecer = ({ sessoes, emMs }: Encerramento): void => {
    for (const sessao of sessoes) encerradas.incluir(sessao, emMs)
  }
  const recentes = db.leitura.todos<{ id: string; encerrada_em: string }>(
    `select id, encerrada_em from sessoes where encerrada_em > $1 order by encerrada_em`,
    [iso(relogio() - VIDA_DO_TOKEN_MS)],
  )
  for (const { id, encerrada_em } of await recentes) {
    encerradas.incluir(id, Date.parse(encerrada_em))
  }
  return {
    async abrir(entrada, onde) {
      const ms = relogio()
      const feita = await db.transacao((tx) => abrirEm(tx, entrada, onde, ms))
      if (feita) esquecer(feita.excedentes)
      return feita?.aberta
    },
    async renovar(texto, onde) {
      const codigo = lerCodigo(texto)
      if (!codigo) return undefined
      const ms = relogio()
      const feita = await db.transacao((tx) => renovarEm(tx, codigo, onde, ms))
      if (!feita || !('sessoes' in feita)) return feita
      esquecer(feita)
      return undefined
    },
    async encerrar(quem, onde) {
      const ms = relogio()
      const fim = await db.transacao(async (tx) => {
        await anotarEm(tx, feito('sair', onde, quem, 204))
        return encerrarEm(tx, [quem.sessao], ms)
      })
      esquecer(fim)
    },
    async encerrarTodas(tx, usuario_id, menos = '') {
      const ms = relogio()
      const vivas = await tx.todos<{ id: string }>(
        `select id from sessoes
         where usuario_id = $1 and id <> $2 and encerrada_em is null and expira_em > $3`,
        [usuario_id, menos, iso(ms - VIDA_DO_TOKEN_MS)],
      )
      return encerrarEm(
        tx,
        vivas.map(({ id }) => id),
        ms,
      )
    },
    esquecer,
    encerrada: encerradas.tem,
  }
}

async function abrirEm(tx: Transacao, { id, senha }: Entrada, onde: Onde, ms: number) {
  const usuario = await tx.um<Usuario>(
    'select id, papel, cliente_id from usuarios where id = $1 and senha = $2',
    [id, senha],
  )
  if (!usuario) return undefined
  const sessao = randomBytes(BYTES_DO_NOME).toString('base64url')
  const codigo = novoCodigo()
  const expira = ms + MAIOR_PAUSA_MS
  await tx.executar(
    `insert into sessoes (id, usuario_id, familia, renovacao, criada_em, expira_em)
     values ($1, $2, $3, $4, $5, $6)`,
    [sessao, id, codigo.familia, codigo.resumo, iso(ms), iso(expira)],
  )
  // By row: a clock that was set back would make the new one the oldest.
  const excedentes = await tx.todos<{ id: string }>(
    `select id from sessoes where usuario_id = $1 and encerrada_em is null and expira_em > $2
     order by rowid desc limit ${LOTE_DA_LIMPEZA} offset ${MAXIMO_DE_SESSOES}`,
    [id, iso(ms)],
  )
  await limpar(tx, ms)
  if (usuario.papel !== 'cliente') await anotarEm(tx, feito('entrar', onde, usuario, 200))
  return {
    aberta: abertaCom(usuario, sessao, codigo, expira),
    excedentes: await encerrarEm(
      tx,
      excedentes.map((excedente) => excedente.id),
      ms,
    ),
  }
}

/** The session prolonged, or what ended because the code had been used before. */
async function renovarEm(tx: Transacao, codigo: Codigo, onde: Onde, ms: number) {
  const linha = await tx.um<Linha>(
    `select s.id as sessao, s.renovacao, s.criada_em, u.id, u.papel, u.cliente_id
     from sessoes s join usuarios u on u.id = s.usuario_id
     where s.familia = $1 and s.encerrada_em is null and s.expira_em > $2`,
    [codigo.familia, iso(ms)],
  )
  if (!linha) return undefined
  const { sessao, renovacao, criada_em, id, papel, cliente_id } = linha
  const usuario = { id, papel, cliente_id }
  if (renovacao !== codigo.resumo) {
    const detalhe = 'código de renovação repetido: sessão encerrada'
    await anotarEm(tx, { ...feito('renovar', onde, usuario, 401), detalhe })
    return encerrarEm(tx, [sessao], ms)
  }
  const novo = novoCodigo(codigo)
  const expira = Math.min(ms + MAIOR_PAUSA_MS, Date.parse(criada_em) + MAIOR_VIDA_MS)
  await tx.executar('update sessoes set renovacao = $1, expira_em = $2 where id = $3', [
    novo.resumo,
    iso(expira),
    sessao,
  ])
  return abertaCom(usuario, sessao, novo, expira)
}

async function encerrarEm(tx: Transacao, sessoes: readonly string[], ms: number) {
  await tx.executarCada(
    `update sessoes set encerrada_em = $1, expira_em = $1 where id = $2 and encerrada_em is null`,
    sessoes.map((sessao) => [iso(ms), sessao]),
  )
  return { sessoes, emMs: ms } satisfies Encerramento
}

/** Those whose last access token is over too. */
const limpar = (tx: Transacao, ms: number): Promise<number> =>
  tx.executar(
    `delete from sessoes where id in
       (select id from sessoes where expira_em < $1 order by expira_em limit ${LOTE_DA_LIMPEZA})`,
    [iso(ms - VIDA_DO_TOKEN_MS)],
  )

const feito = (acao: Ato['acao'], onde: Onde, quem: Usuario, status: number): Ato => ({
  acao,
  onde,
  quem,
  status,
})

const abertaCom = (
  { id, papel, cliente_id }: Usuario,
  sessao: string,
  codigo: Codigo,
  expira: number,
): SessaoAberta => ({
  usuario: { id, papel, cliente_id },
  sessao,
  renovacao: codigo.texto,
  renovacao_expira_em: iso(expira),
})
