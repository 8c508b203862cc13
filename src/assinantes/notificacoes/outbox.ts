// The outbox: a row for each change and channel, committed before its message is confirmed to the
// topic. A repeated message finds its rows there and changes nothing.
import { readFileSync } from 'node:fs'
import type { Instante } from '../../contratos/ids.ts'
import type { EstadoDaNotificacao, NomeCanal, Notificacao } from '../../contratos/notificacoes.ts'
import type { PaginaDeNotificacoes, ReenvioDeNotificacoes } from '../../infra/notificacoes.ts'
import type { Database, Transacao } from '../../persistencia/database.ts'
import { groupCommit } from '../../persistencia/group_commit.ts'
import { abrirSqlite } from '../../persistencia/sqlite.ts'
import type { Mudanca } from './mensagem.ts'

const ESQUEMA = new URL('./schema.sql', import.meta.url)
const APAGADAS_POR_VEZ = 1_000

/** A row as its sender has it. */
export interface Pendente extends Mudanca {
  readonly id: number
  readonly canal: NomeCanal
  readonly tentativas: number
  readonly devida_em: Instante
  /** Since when its channel fails. */
  readonly falha_desde: Instante | null
}
interface Tentada extends Pick<Pendente, 'id' | 'devida_em'> {
  readonly em: Instante
  readonly erro: string | null
}
/** What became of a try: it has ended, or it is to be made again. */
export type Marca = Tentada &
  (
    | { readonly fim: Exclude<EstadoDaNotificacao, 'pendente'> }
    | { readonly proxima_em: Instante; readonly falha_desde: Instante | null }
  )
export interface Espera {
  readonly canal: NomeCanal
  readonly pendentes: number
  /** When the oldest arrived. */
  readonly desde: Instante
}

export type Podada = Pick<Pendente, 'id' | 'pedido_id' | 'status' | 'canal'>

export interface Outbox extends AsyncDisposable {
  /** True when there is something new; resolves after the commit. */
  receber(mudanca: Mudanca, canais: readonly NomeCanal[], agora: Instante): Promise<boolean>
  /** Those due on a channel, the oldest first: of each order only the first that waits. */
  devidas(canal: NomeCanal, agora: Instante, limite: number): Promise<Pendente[]>
  /** When, after `agora`, something of a channel is due; undefined when nothing will be. */
  proxima(canal: NomeCanal, agora: Instante): Promise<Instante | undefined>
  /** Changes nothing of what was sent back to waiting since it was due. */
  marcar(marca: Marca): Promise<void>
  listar(pagina: PaginaDeNotificacoes): Promise<Notificacao[]>
  /** Back to waiting, whatever they were; answers how many. */
  reenviar(quais: ReenvioDeNotificacoes, agora: Instante): Promise<number>
  esperas(): Promise<Espera[]>
  /**
   * Deletes some of those that ended before `antes`, once `levar` took what they left elsewhere;
   * false when none is left.
   */
  podar(antes: Instante, levar: (podadas: readonly Podada[]) => Promise<void>): Promise<boolean>
}

type Leituras = Pick<Outbox, 'devidas' | 'proxima' | 'listar' | 'esperas'>

export function abrirOutbox(arquivo: string): Outbox {
  const db = abrirSqlite(arquivo, readFileSync(ESQUEMA, 'utf8'))
  return {
    ...recebimentoEm(db),
    ...leiturasEm(db),
    marcar: groupCommit<Marca, void>((marcas) =>
      db.transacao(async (tx) => {
        for (const marca of marcas) await marcarEm(tx, marca)
        return marcas.map(() => ({ valor: undefined }))
      }),
    ),
    reenviar: ({ pedido_id, status, canal }, agora) =>
      db.transacao((tx) =>
        tx.executar(
          `update notificacoes set estado = 'pendente', proxima_em = $1, tentativas = 0,
             falha_desde = null, encerrada_em = null, erro = null
           where pedido_id = $2 and ($3 is null or status = $3) and ($4 is null or canal = $4)`,
          [agora, pedido_id, status ?? null, canal ?? null],
        ),
      ),
    podar: (antes, levar) =>
      db.transacao(async (tx) => {
        const podadas = await tx.todos<Podada>(
          `select id, pedido_id, status, canal from notificacoes
           where estado <> 'pendente' and encerrada_em < $1 limit ${APAGADAS_POR_VEZ}`,
          [antes],
        )
        await levar(podadas)
        const ids = podadas.map(({ id }) => [id])
        await tx.executarCada('delete from notificacoes where id = $1', ids)
        return podadas.length === APAGADAS_POR_VEZ
      }),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

type Recebida = readonly [Mudanca, readonly NomeCanal[], Instante]

/** Whose order waits on that channel waits as long, so that what is due is short to search. */
const recebimentoEm = (db: Database): Pick<Outbox, 'receber'> => {
  const gravar = groupCommit<Recebida, boolean>((lote) =>
    db.transacao(async (tx) => {
      const desfechos: { valor: boolean }[] = []
      for (const [{ pedido_id, cliente_id, status, instante }, canais, agora] of lote) {
        let novas = 0
        for (const canal of canais) {
          novas += await tx.executar(
            `insert into notificacoes
               (pedido_id, status, canal, cliente_id, instante, recebida_em, proxima_em)
             values ($1, $2, $3, $4, $5, $6, max($6, coalesce((select max(proxima_em)
               from notificacoes
               -- With the plus it searches the order's few, and not all that wait on the channel.
               where pedido_id = $1 and +canal = $3 and estado = 'pendente'), $6)))
             on conflict do nothing`,
            [pedido_id, status, canal, cliente_id, instante, agora],
          )
        }
        desfechos.push({ valor: novas > 0 })
      }
      return desfechos
    }),
  )
  return { receber: (mudanca, canais, agora) => gravar([mudanca, canais, agora]) }
}

async function marcarEm(tx: Transacao, marca: Marca): Promise<void> {
  const { id, devida_em, em, erro } = marca
  if ('fim' in marca) {
    await tx.executar(
      `update notificacoes set estado = $1, encerrada_em = $2, proxima_em = null, erro = $3
       where id = $4 and proxima_em = $5`,
      [marca.fim, em, erro, id, devida_em],
    )
    return
  }
  const { proxima_em, falha_desde } = marca
  const mudadas = await tx.executar(
    `update notificacoes set tentativas = tentativas + 1, falha_desde = $1, erro = $2
     where id = $3 and proxima_em = $4`,
    [falha_desde, erro, id, devida_em],
  )
  if (mudadas === 0) return
  // Those behind it in its order wait as long.
  await tx.executar(
    `update notificacoes set proxima_em = $1 where estado = 'pendente' and (pedido_id, canal) =
       (select pedido_id, canal from notificacoes where id = $2)`,
    [proxima_em, id],
  )
}

const leiturasEm = ({ leitura }: Database): Leituras => ({
  devidas: (canal, agora, limite) =>
    leitura.todos<Pendente>(
      `select id, pedido_id, cliente_id, status, canal, instante, tentativas, falha_desde,
         proxima_em as devida_em
       from notificacoes n
       where estado = 'pendente' and canal = $1 and proxima_em <= $2
         and not exists (select 1 from notificacoes antes
           where antes.pedido_id = n.pedido_id and antes.canal = n.canal
             and antes.estado = 'pendente' and antes.id < n.id)
       order by proxima_em, id limit $3`,
      [canal, agora, limite],
    ),
  async proxima(canal, agora) {
    const linha = await leitura.um<{ proxima_em: Instante | null }>(
      `select min(proxima_em) as proxima_em from notificacoes
       where estado = 'pendente' and canal = $1 and proxima_em > $2`,
      [canal, agora],
    )
    return linha?.proxima_em ?? undefined
  },
  listar: ({ limite, antes_de, pedido_id, estado }) =>
    leitura.todos<Notificacao>(
      `select id, pedido_id, cliente_id, status, canal, instante, estado, tentativas,
         proxima_em, encerrada_em, erro
       from notificacoes
       where id < $1 and ($2 is null or estado = $2)
         and ${pedido_id === undefined ? '$3 is null' : 'pedido_id = $3'}
       order by id desc limit $4`,
      [antes_de ?? Number.MAX_SAFE_INTEGER, estado ?? null, pedido_id ?? null, limite],
    ),
  esperas: () =>
    leitura.todos<Espera>(
      `select e.canal, e.pendentes, n.recebida_em as desde
       from (select canal, count(*) as pendentes, min(id) as primeira from notificacoes
         where estado = 'pendente' group by canal) e
       join notificacoes n on n.id = e.primeira`,
    ),
})
