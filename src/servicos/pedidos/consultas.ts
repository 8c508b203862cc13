// The orders read: one, a page of them, their changes, the unfinished, the retained.
import type { Item, ItemPrecificado, Metodo } from '../../contratos/comandos.ts'
import type { EventoGravado, StatusPedido } from '../../contratos/eventos.ts'
import type { ClienteId, Instante, NomeArquitetura, PedidoId } from '../../contratos/ids.ts'
import type { Database } from '../../persistencia/database.ts'
import { type DizAvisos, lerAvisos } from './avisos.ts'
import { COLUNAS, comItens, DE, type Linha } from './linhas.ts'
import { guardarMorta, type Morta, reter } from './mortas.ts'
import { type MortasGuardadas, mortasGuardadas } from './mortas_guardadas.ts'
import { lerMudancas, type Mudancas, type PerguntaDeMudancas } from './mudancas.ts'
import { type FiltroDePedidos, lerPagina, type PaginaDePedidos } from './paginas.ts'

/** An order as the outside sees it (specification, section 11). */
export interface PedidoVisivel {
  readonly id: PedidoId
  readonly cliente_id: ClienteId
  readonly status: StatusPedido
  readonly motivo: string | null
  readonly arquitetura: string
  readonly origem: 'vivo' | 'historico'
  readonly metodo: Metodo | null
  readonly itens: readonly ItemPrecificado[]
  readonly total_centavos: number
  readonly criado_em: Instante
  readonly atualizado_em: Instante
  /** Present while the flow waits for a person. */
  readonly retido?: { readonly codigo: string; readonly mensagem: string; readonly desde: Instante }
}

export interface PedidoAberto {
  readonly id: PedidoId
  readonly arquitetura: string
  readonly criado_em: Instante
}
export interface Esperando {
  readonly id: PedidoId
  readonly traceparent: string
}
export interface Retido {
  readonly pedido_id: PedidoId
  readonly codigo: string
  readonly mensagem: string
  readonly desde: Instante
}
export interface Situacao {
  readonly abertos: number
  readonly retidos: number
}

export interface ConsultasDePedidos {
  pedido(id: PedidoId): Promise<PedidoVisivel | undefined>
  /** Newest first. */
  pagina(filtro: FiltroDePedidos): Promise<PaginaDePedidos>
  mudancas(pergunta: PerguntaDeMudancas): Promise<Mudancas>
  /** Unfinished and not retained, made before `ate`, ids above `apos`, in order. */
  abertos(
    apos: number,
    ate: Instante,
    limite: number,
    menosAsDe?: NomeArquitetura,
  ): Promise<readonly PedidoAberto[]>
  /** By kafka, in this status since `ate` or before, no cancellation asked for; oldest first. */
  esperando(status: StatusPedido, ate: Instante, limite: number): Promise<readonly Esperando[]>
  situacao(): Promise<Situacao>
  /** When the first made of those still open by this architecture was; a retained one is open. */
  abertoMaisVelho(arquitetura: NomeArquitetura): Promise<Instante | undefined>
  /** The newest orders first, below `antesDe` when given. */
  retidos(limite: number, antesDe?: number): Promise<readonly Retido[]>
  /** Nothing for an order that ended meanwhile. */
  reter(id: PedidoId, codigo: string, mensagem: string): Promise<void>
  soltar(id: PedidoId): Promise<void>
  /** What these rows of the log tell the outside, whatever carried their orders. */
  avisos(lote: readonly EventoGravado[]): Promise<DizAvisos>
  guardarMorta(morta: Morta): Promise<void>
  readonly mortas: MortasGuardadas
  criadoEm(id: PedidoId): Promise<Instante | undefined>
}

export function consultasDePedidos(db: Database): ConsultasDePedidos {
  const { leitura } = db
  return {
    async pedido(id) {
      const linha = await leitura.um<Linha>(`select ${COLUNAS} ${DE} where p.id = $1`, [id])
      return linha && (await comItens(leitura, [linha]))[0]
    },
    pagina: (filtro) => lerPagina(leitura, filtro),
    mudancas: (pergunta) => lerMudancas(leitura, pergunta),
    abertos: (apos, ate, limite, menosAsDe) =>
      leitura.todos<PedidoAberto>(
        `select id, arquitetura, criado_em from pedidos
         where encerrado = 0 and origem = 'vivo' and id > $1 and criado_em <= $2
           and id not in (select pedido_id from retidos) and arquitetura <> $4
         order by id limit $3`,
        [apos, ate, limite, menosAsDe ?? ''],
      ),
    esperando: (status, ate, limite) =>
      leitura.todos<Esperando>(
        `select id, traceparent from pedidos
         where status = $1 and arquitetura = 'kafka' and criado_em <= $2 and atualizado_em <= $2
           and encerrado = 0 and origem = 'vivo' and cancelamento is null
           and id not in (select pedido_id from retidos)
         order by criado_em, id limit $3`,
        [status, ate, limite],
      ),
    async situacao() {
      const linha = await leitura.um<Situacao>(
        `select (select count(*) from pedidos where encerrado = 0 and origem = 'vivo') as abertos,
           (select count(*) from retidos) as retidos`,
      )
      return linha ?? { abertos: 0, retidos: 0 }
    },
    async abertoMaisVelho(arquitetura) {
      // An expression, so that the architecture's index, with all that ever ended, is not taken.
      const linha = await leitura.um<Pick<PedidoAberto, 'criado_em'>>(
        `select criado_em from pedidos
         where encerrado = 0 and origem = 'vivo' and arquitetura || '' = $1
         order by id limit 1`,
        [arquitetura],
      )
      return linha?.criado_em
    },
    retidos: (limite, antesDe = Number.MAX_SAFE_INTEGER) =>
      leitura.todos<Retido>(
        `select pedido_id, codigo, mensagem, desde from retidos
         where pedido_id < $1 order by pedido_id desc limit $2`,
        [antesDe, limite],
      ),
    reter: (id, codigo, mensagem) => db.transacao((tx) => reter(tx, id, codigo, mensagem)),
    soltar: (id) =>
      db.transacao(async (tx) => {
        await tx.executar('delete from retidos where pedido_id = $1', [id])
      }),
    avisos: (lote) => lerAvisos(leitura, lote),
    guardarMorta: (morta) => guardarMorta(db, morta),
    mortas: mortasGuardadas(db),
    async criadoEm(id) {
      const linha = await leitura.um<Pick<PedidoAberto, 'criado_em'>>(
        'select criado_em from pedidos where id = $1',
        [id],
      )
      return linha?.criado_em
    },
  }
}

export const itensDe = ({ itens }: PedidoVisivel): Item[] =>
  itens.map(({ produto_id, quantidade }) => ({ produto_id, quantidade }))
