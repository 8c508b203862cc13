// What several checks look at, gathered once: the live orders, the provider's word on each, and
// how often each event of an order stands in each log.
import type { DatabaseSync } from 'node:sqlite'
import type { NomeServico, Substituivel } from '../../contratos/ids.ts'
import { eventosDe, GRAMATICA, SERVICOS } from './gramatica.ts'

/** Temporary objects only: SQLite keeps them apart from the books, in a file when large. */
export function criarVistas(
  db: DatabaseSync,
  aceitarAbertos: boolean,
  ausentes: readonly Substituivel[],
): void {
  db.exec(VIVOS)
  db.exec(COBRANCAS)
  db.exec(MUDANCAS_DE_STATUS)
  criarAtos(db)
  db.prepare(PARAMETROS).run(aceitarAbertos ? 1 : 0)
  criarGramatica(db)
  criarAusentes(db, ausentes)
  for (const servico of SERVICOS) criarPassos(db, servico)
}

/** Whether an order is finished is read from its status, not from the flag that pedidos keeps. */
const VIVOS = `
  create temp view vivos as
  select id as pedido_id, cliente_id, metodo, total_centavos, status,
    status in ('enviado', 'entregue') as enviado,
    status in ('enviado', 'entregue', 'cancelado', 'recusado') as terminado
  from pedidos.pedidos where origem = 'vivo'`

/**
 * With open orders accepted, numbers above `teto` may be orders made after pedidos was held still:
 * what the other books say of them is not yet to be judged.
 */
const PARAMETROS = `
  create temp table parametros as
  select column1 as aceita_abertos,
    iif(column1, (select coalesce(max(id), 0) from pedidos.pedidos), 9007199254740991) as teto
  from (values (cast(? as integer)))`

/**
 * One row per number that the ledger speaks of. `liquido` counts the approved charges that no later
 * refund took back; keys are compared as numbers, so "01001" is a second charge of 1001.
 */
const COBRANCAS = `
  create temp table cobrancas (
    pedido_id integer primary key, aprovadas integer, recusadas integer, estornos integer,
    liquido integer, menor_valor integer, maior_valor integer);
  insert into cobrancas
  select pedido_id, aprovadas, recusadas, estornos,
    max(0, aprovadas - iif(ultimo_estorno > ultima_cobranca, estornos, 0)),
    menor_valor, maior_valor
  from (
    select cast(chave as integer) as pedido_id,
      count(*) filter (where resultado = 'aprovada') as aprovadas,
      count(*) filter (where resultado = 'recusada') as recusadas,
      count(*) filter (where resultado = 'estornada') as estornos,
      max(id) filter (where resultado = 'aprovada') as ultima_cobranca,
      max(id) filter (where resultado = 'estornada') as ultimo_estorno,
      min(valor_centavos) filter (where operacao = 'cobranca') as menor_valor,
      max(valor_centavos) filter (where operacao = 'cobranca') as maior_valor
    from provedor.lancamentos
    where chave <> '' and chave not glob '*[^0-9]*'
    group by cast(chave as integer))`

const MUDANCAS_DE_STATUS = `
  create temp view mudancas as
  select id, pedido_id, tipo, causa,
    iif(json_valid(dados), dados ->> '$.status', null) as status,
    iif(json_valid(dados), dados ->> '$.mudou', null) as mudou
  from pedidos.eventos
  where tipo in ('StatusRegistrado', 'PedidoConcluido', 'PedidoCancelado', 'PedidoRecusado')`

/** Tables younger than some books: one not opened since lacks them, and saw no such act. */
export const TARDIAS = { estoque: 'reposicoes', catalogo: 'alteracoes' } as const
const COLUNAS_DOS_ATOS = {
  reposicoes: 'id, causa, produto_id, quantidade, instante',
  alteracoes: 'id, causa, produto_id, tipo, dados, instante',
} as const

/** What each act on a product left; nothing in books older than the table (ADR 0012). */
function criarAtos(db: DatabaseSync): void {
  for (const [livro, tabela] of Object.entries(TARDIAS)) {
    const colunas = COLUNAS_DOS_ATOS[tabela]
    const existe = db.prepare(`select 1 from ${livro}.sqlite_schema where name = ?`).get(tabela)
    const vazias = colunas.replaceAll(/\w+/g, 'null as $&')
    const linhas = existe ? `${colunas} from ${livro}.${tabela}` : `${vazias} where false`
    db.exec(`create temp view ${tabela} as select ${linhas}`)
  }
}

/** What somebody else does is not in our books. */
function criarAusentes(db: DatabaseSync, ausentes: readonly Substituivel[]): void {
  db.exec('create temp table ausentes (servico text primary key)')
  const inserir = db.prepare('insert into ausentes values (?)')
  for (const ausente of ausentes) inserir.run(ausente)
}

function criarGramatica(db: DatabaseSync): void {
  db.exec(`create temp table gramatica (servico text, tipo text, comando text,
    primary key (servico, tipo, comando)) without rowid`)
  const inserir = db.prepare('insert into gramatica values (?, ?, ?)')
  for (const [servico, comandos] of Object.entries(GRAMATICA)) {
    for (const [comando, tipos] of Object.entries(comandos)) {
      for (const tipo of tipos as readonly string[]) inserir.run(servico, tipo, comando)
    }
  }
}

/** `passos_<servico>`: per order and event X how often, its first id (X_id) and instant (X_em). */
function criarPassos(db: DatabaseSync, servico: NomeServico): void {
  const tipos = eventosDe(servico)
  if (tipos.length === 0) return
  const colunas = tipos.map((t) => `${t} integer, ${t}_id integer, ${t}_em text`)
  const contas = tipos.map((tipo) => {
    const so = `filter (where tipo = '${tipo}')`
    return `count(*) ${so}, min(id) ${so}, min(instante) ${so}`
  })
  db.exec(`
    create temp table passos_${servico} (pedido_id integer primary key, ${colunas.join(', ')});
    insert into passos_${servico}
    select pedido_id, ${contas.join(', ')} from ${servico}.eventos group by pedido_id`)
}
