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
  /** Kept up to 200 characters. */
  readonly detalhe?: string | undefined
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

/** How many rows each kind keeps, about: nobody outside can push the acts of the staff out. */
export interface Cotas {
  readonly equipe: number
  /** Of clients and of whoever had not come in, who may write as many as they like. */
  readonly outros: number
}
const COTAS: Cotas = { equipe: 1_000_000, outros: 100_000 }
/** In the words of the index: to find where 100,000 rows begin takes 4 ms; a million, 40. */
const DA_EQUIPE = "(coalesce(papel, 'cliente') <> 'cliente')"
/** One insertion of so many looks; a prime, so that no rhythm of the two kinds spares one. */
const INTERVALO = 97
/** A look deletes at most this many: more than came in since the last, in the long run. */
const LOTE = 200
const MAIOR_ALVO = 300
const MAIOR_DETALHE = 200

/** Inside the transaction of the act itself: both or neither. */
export async function anotarEm(
  tx: Transacao,
  { acao, onde, quem, status, detalhe }: Ato,
  cotas = COTAS,
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
      detalhe?.slice(0, MAIOR_DETALHE) ?? null,
    ],
  )
  const id = linha?.id ?? 0
  if (id % INTERVALO === 0) await podar(tx, quem !== undefined && quem.papel !== 'cliente', cotas)
  return id
}

/** Rows leave only here, the oldest of one kind first: the numbers of what stays have gaps. */
const podar = (tx: Transacao, daEquipe: boolean, cotas: Cotas): Promise<number> =>
  tx.executar(
    `delete from auditoria where id in
       (select id from auditoria where ${DA_EQUIPE} = $1 and id <=
         (select id from auditoria where ${DA_EQUIPE} = $1 order by id desc limit 1 offset $2)
        order by id limit ${LOTE})`,
    [Number(daEquipe), daEquipe ? cotas.equipe : cotas.outros],
  )

export const criarAuditoria = (db: Database): Auditoria => ({
  anotar: (ato) => db.transacao((tx) => anotarEm(tx, ato)),
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
