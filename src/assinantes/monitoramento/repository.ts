// The tables of monitoramento: one verb each.
import type { Database, Leitura, Transacao } from '../../persistencia/database.ts'
import type { Anotada } from './mensagem.ts'

export interface Contagem {
  readonly auditadas: number
  readonly primeiro: number
  readonly ultimo: number
}
export interface TopicoAuditado {
  readonly id: number
  readonly nome: string
  readonly identidade: string
}
export interface ContagemGuardada extends Contagem {
  readonly topico_id: number
  readonly particao: number
}
export interface Nova {
  readonly id: number
  readonly topicoId: number
  readonly anotada: Anotada
}

/** Of each name, the one that has it now. */
export const lerTopicos = (leitura: Leitura): Promise<TopicoAuditado[]> =>
  leitura.todos<TopicoAuditado>(
    'select id, nome, identidade from topicos where id in (select topico_id from topicos_atuais)',
  )

export const lerContagens = (leitura: Leitura): Promise<ContagemGuardada[]> =>
  leitura.todos<ContagemGuardada>(
    'select topico_id, particao, auditadas, primeiro, ultimo from contagens',
  )

/** How many were ever written: no id is above, even where the counts should say less. */
export async function lerGravadas(leitura: Leitura): Promise<number> {
  const linha = await leitura.um<{ gravadas: number }>(
    `select max((select coalesce(sum(auditadas), 0) from contagens),
       (select coalesce(max(id), 0) from mensagens)) as gravadas`,
  )
  return linha!.gravadas
}

/** From now on the name is that topic's, known or not; answers its id. */
export async function tornarAtual(db: Database, nome: string, identidade: string): Promise<number> {
  return db.transacao(async (tx) => {
    await tx.executar(
      `insert into topicos (nome, identidade) values ($1, $2)
       on conflict (nome, identidade) do nothing`,
      [nome, identidade],
    )
    const linha = await tx.um<{ id: number }>(
      'select id from topicos where nome = $1 and identidade = $2',
      [nome, identidade],
    )
    await tx.executar(
      `insert into topicos_atuais (nome, topico_id) values ($1, $2)
       on conflict (nome) do update set topico_id = excluded.topico_id`,
      [nome, linha!.id],
    )
    return linha!.id
  })
}

export const inserir = (tx: Transacao, novas: readonly Nova[], auditadaMs: number): Promise<void> =>
  tx.executarCada(
    `insert into mensagens (id, topico_id, particao, deslocamento, instante_ms, auditada_ms,
       pedido_id, em_base64, tamanho, chave, cabecalhos, valor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (topico_id, particao, deslocamento) do nothing`,
    novas.map(({ id, topicoId, anotada: m }) => [
      ...[id, topicoId, m.particao, m.offset, m.instanteMs, auditadaMs, m.pedidoId, m.emBase64],
      ...[m.tamanho, m.chave, m.cabecalhos, m.valor],
    ]),
  )

export const registrar = (tx: Transacao, contagens: Iterable<ContagemGuardada>): Promise<void> =>
  tx.executarCada(
    `insert into contagens (topico_id, particao, auditadas, primeiro, ultimo)
     values ($1, $2, $3, $4, $5)
     on conflict (topico_id, particao) do update
       set auditadas = excluded.auditadas, ultimo = excluded.ultimo`,
    Array.from(contagens, (c) => [c.topico_id, c.particao, c.auditadas, c.primeiro, c.ultimo]),
  )

/** Those that are kept: `mais_velha_ms` is when the oldest was taken down. */
export interface Guardadas {
  readonly quantas: number
  readonly maisVelhaMs: number | undefined
}

export async function lerGuardadas(leitura: Leitura): Promise<Guardadas> {
  const pontas = await leitura.um<{ primeira: number | null; ultima: number | null }>(
    'select (select min(id) from mensagens) as primeira, (select max(id) from mensagens) as ultima',
  )
  if (!pontas?.primeira || !pontas.ultima) return { quantas: 0, maisVelhaMs: undefined }
  const { primeira, ultima } = pontas
  const velha = await leitura.um<{ auditada_ms: number }>(
    'select auditada_ms from mensagens where id = $1',
    [primeira],
  )
  return { quantas: ultima - primeira + 1, maisVelhaMs: velha?.auditada_ms }
}

/**
 * The oldest, so many at most, that are above the number to keep or were taken down before
 * `antesMs`; answers how many they were.
 */
export const remover = (
  db: Database,
  { manter, antesMs, limite }: { manter: number; antesMs: number; limite: number },
): Promise<number> =>
  db.transacao((tx) =>
    tx.executar(
      `delete from mensagens where id <= (
         select max(id) from (select id, auditada_ms from mensagens order by id limit $3)
         where auditada_ms < $2 or id <= (select max(id) from mensagens) - $1)`,
      [manter, antesMs, limite],
    ),
  )
