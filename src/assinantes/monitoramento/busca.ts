// The search: newest first along an index (of an order, or of time), so many rows at a time, and
// never more of them for one question than a process that also writes can spare. Where it stopped,
// the next question goes on.
import type { MensagemNaLista, PaginaDeMensagens } from '../../contratos/mensagens_auditadas.ts'
import type { Leitura, Valor } from '../../persistencia/database.ts'
import { COLUNAS_DA_LISTA, type LinhaDaLista, naLista } from './linhas.ts'

export interface Procura {
  readonly pedido?: number | undefined
  readonly topico?: string | undefined
  readonly desdeMs?: number | undefined
  readonly ateMs?: number | undefined
  /** In the value, the key or a header, letter by letter. */
  readonly texto?: string | undefined
  readonly limite: number
  readonly antesDe?: number | undefined
}
export interface LimitesDaBusca {
  /** Rows looked at for one question, and for how long. */
  readonly linhas: number
  readonly ms: number
  /** Rows looked at before somebody else has a turn. */
  readonly passo: number
}
export const LIMITES_DA_BUSCA: LimitesDaBusca = { linhas: 100_000, ms: 250, passo: 1_000 }

/** A place in the order of the list. */
interface Ponto {
  readonly instante_ms: number
  readonly id: number
}
const FIM_DO_TEMPO: Ponto = { instante_ms: Number.MAX_SAFE_INTEGER, id: 0 }

const DO_PEDIDO = { indice: 'mensagens_por_pedido', so: 'p.pedido_id = $1 and' }
const DE_TODOS = { indice: 'mensagens_por_instante', so: '' }
type Caminho = typeof DO_PEDIDO

export async function buscar(
  leitura: Leitura,
  procura: Procura,
  limites: LimitesDaBusca = LIMITES_DA_BUSCA,
): Promise<PaginaDeMensagens> {
  const caminho = procura.pedido === undefined ? DE_TODOS : DO_PEDIDO
  const prazo = performance.now() + limites.ms
  const mensagens: MensagemNaLista[] = []
  let topo = await comeco(leitura, procura)
  for (let vistas = 0; topo; vistas += limites.passo) {
    if (vistas >= limites.linhas || (vistas > 0 && performance.now() > prazo)) {
      return { mensagens, proximo: topo.id }
    }
    const fundo = await abaixo(leitura, caminho, procura, topo, limites.passo)
    const restam = procura.limite - mensagens.length
    const achadas = await entre(leitura, caminho, procura, { topo, fundo, limite: restam })
    mensagens.push(...achadas.map(naLista))
    if (achadas.length === restam) return { mensagens, proximo: mensagens.at(-1)?.id ?? null }
    topo = fundo
    await new Promise((resolver) => setImmediate(resolver))
  }
  return { mensagens, proximo: null }
}

/** Everything from here on is above; undefined when the message named by the page is gone. */
async function comeco(leitura: Leitura, { ateMs, antesDe }: Procura): Promise<Ponto | undefined> {
  const doTempo = ateMs === undefined ? FIM_DO_TEMPO : { instante_ms: ateMs + 1, id: 0 }
  if (antesDe === undefined) return doTempo
  const daPagina = await leitura.um<Ponto>('select instante_ms, id from mensagens where id = $1', [
    antesDe,
  ])
  return daPagina && (daPagina.instante_ms < doTempo.instante_ms ? daPagina : doTempo)
}

/** The last of the next `passo` rows below `topo`; undefined when there are not so many. */
const abaixo = (
  leitura: Leitura,
  { indice, so }: Caminho,
  { pedido, desdeMs = 0 }: Procura,
  topo: Ponto,
  passo: number,
): Promise<Ponto | undefined> =>
  leitura.um<Ponto>(
    `select instante_ms, id from mensagens p indexed by ${indice}
     where ${so} instante_ms >= $2 and (instante_ms, id) < ($3, $4)
     order by instante_ms desc, id desc limit 1 offset $5`,
    [pedido ?? 0, desdeMs, topo.instante_ms, topo.id, passo - 1],
  )

interface Faixa {
  readonly topo: Ponto
  readonly fundo: Ponto | undefined
  readonly limite: number
}

/**
 * An empty text in the place of a filter lets everything through. The index knows the topic: the
 * message itself is looked up only where that is the one asked for.
 */
function entre(
  leitura: Leitura,
  { indice, so }: Caminho,
  { pedido, topico, texto = '', desdeMs = 0 }: Procura,
  { topo, fundo, limite }: Faixa,
): Promise<LinhaDaLista[]> {
  const { instante_ms, id } = fundo ?? { instante_ms: desdeMs, id: 0 }
  // As it is written within the JSON of the headers, whose own marks it then cannot meet.
  const escrito = JSON.stringify(texto).slice(1, -1)
  const parametros: Valor[] = [
    ...[pedido ?? 0, instante_ms, id, topo.instante_ms, topo.id],
    ...[topico ?? '', texto, escrito, limite],
  ]
  return leitura.todos<LinhaDaLista>(
    `select ${COLUNAS_DA_LISTA}
     from mensagens p indexed by ${indice} cross join mensagens m on m.id = p.id
     where ${so} (p.instante_ms, p.id) >= ($2, $3) and (p.instante_ms, p.id) < ($4, $5)
       and ($6 = '' or p.topico_id in (select id from topicos where nome = $6))
       and ($7 = '' or instr(m.cabecalhos, $8) > 0
         or m.em_base64 & 2 = 0 and instr(m.valor, $7) > 0
         or m.em_base64 & 1 = 0 and instr(m.chave, $7) > 0)
     order by p.instante_ms desc, p.id desc limit $9`,
    parametros,
  )
}
