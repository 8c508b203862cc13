// The dead letters that are kept: shown page by page, and sent again as they came. What was sent is
// marked, and the order that waited because of it waits no more.
import { type Conteudo, comoConteudo } from '../../contratos/conteudo.ts'
import { agora, type Instante, MAIOR_ID, type PedidoId } from '../../contratos/ids.ts'
import type { Database, Leitura, Transacao, Valor } from '../../persistencia/database.ts'

export interface MortaNaLista {
  readonly id: number
  readonly grupo: string
  readonly topico: string
  readonly particao: number
  readonly offset: string
  readonly codigo: string
  readonly detalhe: string
  readonly passageira: boolean
  readonly pedido_id: PedidoId | null
  readonly instante: string
  /** Why it cannot be sent again, where it cannot. */
  readonly recusa: string | null
  readonly reenviada_em: Instante | null
}
export interface MortaInteira extends MortaNaLista {
  readonly chave: Conteudo | null
  readonly valor: Conteudo | null
  readonly cabecalhos: readonly { readonly nome: string; readonly valor: Conteudo }[]
}
/** A message on its way back to where it died. */
export interface MortaAReenviar {
  readonly id: number
  readonly topico: string
  readonly particao: number
  readonly offset: string
  readonly chave: Buffer | undefined
  readonly valor: Buffer | undefined
  readonly cabecalhos: readonly (readonly [Buffer, Buffer])[]
}

export interface FiltroDeMortas {
  readonly grupo?: string | undefined
  readonly topico?: string | undefined
  readonly pedido_id?: PedidoId | undefined
  /** Those that were not sent again. */
  readonly pendentes?: boolean | undefined
}
/** What became of an attempt: those that got in, and those that never will, with the reason. */
export interface Reenviadas {
  readonly ids: readonly number[]
  readonly recusadas: readonly { readonly id: number; readonly porque: string }[]
}

export interface MortasGuardadas {
  /** The newest first, below `antesDe` when given. */
  listar(filtro: FiltroDeMortas, limite: number, antesDe?: number): Promise<MortaNaLista[]>
  ver(id: number): Promise<MortaInteira | undefined>
  contar(filtro: FiltroDeMortas): Promise<number>
  uma(id: number): Promise<MortaAReenviar | undefined>
  /** Pending and not refused, the oldest first, so that each order's stay in order. */
  aReenviar(filtro: FiltroDeMortas, apos: number, limite: number): Promise<MortaAReenviar[]>
  /** Of faults that might have passed, dead since before `ate`. */
  passageiras(ate: Instante, limite: number): Promise<MortaAReenviar[]>
  marcar(reenviadas: Reenviadas): Promise<void>
}

/** In `recusa`: the value was left out when it died. */
export const VALOR_OMITIDO = 'valor_omitido'

type Linha = Omit<MortaNaLista, 'passageira'> & { readonly passageira: number }
interface LinhaInteira extends Linha {
  readonly chave: string | null
  readonly valor: string | null
  readonly cabecalhos: string
}

const COLUNAS = `id, grupo, topico, particao, deslocamento as "offset", codigo, detalhe, passageira,
  pedido_id, instante, recusa, reenviada_em`
const INTEIRA = `${COLUNAS}, chave, valor, cabecalhos`
/** A zero or an empty text in the place of a filter lets everything through. */
const SE = `($1 = '' or grupo = $1) and ($2 = '' or topico = $2)
  and ($3 = 0 or pedido_id = $3) and ($4 = 0 or reenviada_em is null)`
const filtros = ({ grupo, topico, pedido_id, pendentes }: FiltroDeMortas): Valor[] => [
  ...[grupo ?? '', topico ?? '', pedido_id ?? 0, pendentes ? 1 : 0],
]

export function mortasGuardadas(db: Database): MortasGuardadas {
  const { leitura } = db
  return {
    async listar(filtro, limite, antesDe = MAIOR_ID) {
      const linhas = await leitura.todos<Linha>(
        `select ${COLUNAS} from mortas where ${SE} and id < $5 order by id desc limit $6`,
        [...filtros(filtro), antesDe, limite],
      )
      return linhas.map(naLista)
    },
    async ver(id) {
      const linha = await lerUma(leitura, id)
      return linha && inteira(linha)
    },
    async contar(filtro) {
      const linha = await leitura.um<{ n: number }>(
        `select count(*) as n from mortas where ${SE}`,
        filtros(filtro),
      )
      return linha?.n ?? 0
    },
    async uma(id) {
      const linha = await lerUma(leitura, id)
      return linha && comoVeio(linha)
    },
    async aReenviar(filtro, apos, limite) {
      const linhas = await leitura.todos<LinhaInteira>(
        `select ${INTEIRA} from mortas where ${SE} and id > $5 and recusa is null
         order by id limit $6`,
        [...filtros({ ...filtro, pendentes: true }), apos, limite],
      )
      return linhas.map(comoVeio)
    },
    async passageiras(ate, limite) {
      const linhas = await leitura.todos<LinhaInteira>(
        `select ${INTEIRA} from mortas where passageira = 1 and reenviada_em is null
           and recusa is null and instante <= $1
         order by id limit $2`,
        [ate, limite],
      )
      return linhas.map(comoVeio)
    },
    marcar: (reenviadas) => db.transacao((tx) => marcar(tx, reenviadas)),
  }
}

const lerUma = (leitura: Leitura, id: number) =>
  leitura.um<LinhaInteira>(`select ${INTEIRA} from mortas where id = $1`, [id])

/**
 * What goes back to its topic reaches every group that reads it: where the same message died in
 * another one too, that was sent again as well. (The value counts: a topic made anew begins at 0.)
 * An order is let go when a dead letter is what it was retained for, and none of its letters still
 * waits: one that was sent and died again meanwhile holds it as before.
 */
async function marcar(tx: Transacao, { ids, recusadas }: Reenviadas): Promise<void> {
  const instante = agora()
  await tx.executarCada(
    `update mortas set reenviada_em = $2, recusa = null
     where id in (select m.id from mortas uma join mortas m on m.topico = uma.topico
         and m.particao = uma.particao and m.deslocamento = uma.deslocamento
       where uma.id = $1 and (m.id = $1
         or m.reenviada_em is null and m.valor is not distinct from uma.valor))`,
    ids.map((id) => [id, instante]),
  )
  await tx.executarCada(
    'update mortas set recusa = $2 where id = $1',
    recusadas.map(({ id, porque }) => [id, porque]),
  )
  await tx.executarCada(
    `delete from retidos
     where pedido_id = (select pedido_id from mortas where id = $1)
       and exists (select 1 from mortas m where m.pedido_id = retidos.pedido_id
         and m.codigo = retidos.codigo and m.detalhe = retidos.mensagem)
       and not exists (select 1 from mortas m where m.pedido_id = retidos.pedido_id
         and m.passageira = 0 and m.reenviada_em is null)`,
    ids.map((id) => [id]),
  )
}

const naLista = (linha: Linha): MortaNaLista => ({ ...linha, passageira: linha.passageira === 1 })

function inteira(linha: LinhaInteira): MortaInteira {
  const { chave, valor, cabecalhos } = comoVeio(linha)
  const { chave: _, valor: __, cabecalhos: ___, ...resto } = linha
  return {
    ...naLista(resto),
    chave: visto(chave),
    valor: visto(valor),
    cabecalhos: cabecalhos.map(([nome, dito]) => ({
      nome: String(nome),
      valor: comoConteudo(dito),
    })),
  }
}

const visto = (bytes: Buffer | undefined): Conteudo | null => (bytes ? comoConteudo(bytes) : null)

function comoVeio(linha: LinhaInteira): MortaAReenviar {
  const { id, topico, particao, offset, chave, valor, cabecalhos } = linha
  const pares = JSON.parse(cabecalhos) as [string, string | null][]
  return {
    ...{ id, topico, particao, offset, chave: de64(chave), valor: de64(valor) },
    cabecalhos: pares.map(([nome, dito]) => [bytesDe(nome), bytesDe(dito ?? '')]),
  }
}
const bytesDe = (em64: string): Buffer => Buffer.from(em64, 'base64')
const de64 = (em64: string | null) => (em64 === null ? undefined : bytesDe(em64))
