// Who did what, from where and how it ended: kept with the accounts, in the same file and, where it
// matters, in the same transaction as the act. Secrets, whole e-mails and CPFs never come in here.
import { agora, type Instante } from '../../contratos/ids.ts'
import type { Database, Transacao } from '../../persistencia/database.ts'
import type { Acao, Papel } from '../acesso/direitos.ts'

/** Of one request: its method and path, the caller's address, its trace. */
export interface Onde {
  readonly metodo: string
  readonly alvo: string
  readonly endereco: string
  readonly traceparent: string
}
export interface Ato {
  readonly acao: Acao
  readonly onde: Onde
  /** Absent while nobody has come in. */
  readonly quem?: { readonly id: number; readonly papel: Papel } | undefined
  /** Absent in an intent, until it is concluded. */
  readonly status?: number
  readonly detalhe?: string
}
export interface LinhaDaAuditoria extends Onde {
  readonly id: number
  readonly instante: Instante
  readonly usuario_id: number | null
  readonly papel: Papel | null
  readonly acao: Acao
  readonly status: number | null
  readonly detalhe: string | null
}
export interface PaginaDaAuditoria {
  readonly limite: number
  /** Only rows older than this one. */
  readonly antesDe?: number | undefined
}

export interface Auditoria {
  /** Durable when it resolves; the number is for `concluir`. */
  anotar(ato: Ato): Promise<number>
  concluir(id: number, status: number): Promise<void>
  /** The newest first. */
  listar(pagina: PaginaDaAuditoria): Promise<LinhaDaAuditoria[]>
}

const MAXIMO_DE_LINHAS = 1_000_000
/** Each insertion deletes at most this many, one in the long run. */
const LOTE = 10
const MAIOR_ALVO = 300

/** Inside the transaction of the act itself: both or neither. */
export async function anotarEm(
  tx: Transacao,
  { acao, onde, quem, status, detalhe }: Ato,
  maximo = MAXIMO_DE_LINHAS,
): Promise<number> {
  const linha = await tx.um<{ id: number }>(
    `insert into auditoria
       (instante, usuario_id, papel, acao, metodo, alvo, endereco, traceparent, status, detalhe)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
    [
      agora(),
      quem?.id ?? null,
      quem?.papel ?? null,
      acao,
      onde.metodo,
      onde.alvo.slice(0, MAIOR_ALVO),
      onde.endereco,
      onde.traceparent,
      status ?? null,
      detalhe ?? null,
    ],
  )
  // The numbers have no gaps: rows leave only here, the oldest first.
  const id = linha?.id ?? 0
  await tx.executar(
    `delete from auditoria where id in
       (select id from auditoria where id <= $1 order by id limit ${LOTE})`,
    [id - maximo],
  )
  return id
}

export const criarAuditoria = (db: Database, maximo = MAXIMO_DE_LINHAS): Auditoria => ({
  anotar: (ato) => db.transacao((tx) => anotarEm(tx, ato, maximo)),
  concluir: async (id, status) => {
    await db.transacao((tx) =>
      tx.executar('update auditoria set status = $1 where id = $2', [status, id]),
    )
  },
  listar: ({ limite, antesDe }) =>
    db.leitura.todos<LinhaDaAuditoria>(
      `select id, instante, usuario_id, papel, acao, metodo, alvo, endereco, traceparent, status,
         detalhe
       from auditoria where id < $1 order by id desc limit $2`,
      [antesDe ?? Number.MAX_SAFE_INTEGER, limite],
    ),
})
