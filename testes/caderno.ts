// A small made-up service over the real skeleton: each payment adds its value to a sum, which shows
// in what order they were decided, and its calls are counted.
import assert from 'node:assert/strict'
import type { AutorizarPagamento } from '../src/contratos/comandos.ts'
import { comoCentavos } from '../src/contratos/dinheiro.ts'
import type { Resultado, Servico } from '../src/contratos/envelope.ts'
import { ErroDeNegocio } from '../src/contratos/errors.ts'
import { comoPedidoId } from '../src/contratos/ids.ts'
import type { Database } from '../src/persistencia/database.ts'
import { eventosApos } from '../src/persistencia/diario.ts'
import type { Definicao } from '../src/persistencia/dobra.ts'
import { criarServico, type Operacoes } from '../src/persistencia/servico.ts'
import { type BancoDeTeste, envelope, SEM_REGISTRO } from './banco.ts'

/** Values that the made-up service cannot bear: one when deciding, one when the row is written. */
export const INDECIDIVEL = 666
export const VENENO = 13
export const ESQUEMA = `
  create table caderno (
    pedido_id integer primary key,
    soma integer not null,
    valor integer not null check (valor <> ${VENENO})
  );`

export interface Contagem {
  preparos: number
  decisoes: number
}
export interface Opcoes {
  readonly preparar?: (comando: AutorizarPagamento) => Promise<void>
  readonly perguntaFora?: boolean
  readonly operacoes?: Operacoes
}
type Caderno = Definicao<AutorizarPagamento, number, void>

const abrir: Caderno['abrir'] = async (tx) => {
  const linha = await tx.um<{ soma: number }>('select coalesce(max(soma), 0) as soma from caderno')
  let soma = linha?.soma ?? 0
  const linhas: number[][] = []
  return {
    estado: () => soma,
    guardar({ comando }, _evento, nova) {
      soma = nova
      linhas.push([comando.pedido_id, nova, comando.valor_centavos])
    },
    gravar: (tx) =>
      tx.executarCada('insert into caderno (pedido_id, soma, valor) values ($1, $2, $3)', linhas),
  }
}

export function servicoDeTeste(db: Database, opcoes: Opcoes = {}): Servico & Contagem {
  const contagem: Contagem = { preparos: 0, decisoes: 0 }
  const definicao: Caderno = {
    nome: 'pagamentos',
    abrir,
    perguntaFora: () => opcoes.perguntaFora ?? true,
    async preparar({ comando }) {
      contagem.preparos++
      await opcoes.preparar?.(comando)
    },
    decide(_soma, { comando }) {
      contagem.decisoes++
      if (comando.valor_centavos === INDECIDIVEL) throw new ErroDeNegocio('pedido_desconhecido')
      const { pedido_id, valor_centavos } = comando
      return { tipo: 'PagamentoAprovado', pedido_id, valor_centavos }
    },
    evolve: (soma, evento) =>
      evento.tipo === 'PagamentoAprovado' ? soma + evento.valor_centavos : soma,
  }
  return Object.assign(contagem, criarServico(definicao, db, opcoes.operacoes ?? SEM_REGISTRO))
}

export const pagar = (pedido: number, valor = 100): AutorizarPagamento => ({
  tipo: 'AutorizarPagamento',
  pedido_id: comoPedidoId(pedido),
  valor_centavos: comoCentavos(valor),
})
export const um = async (servico: Servico, pedido: number, valor = 100, prazo?: number) =>
  (await servico.handle([envelope(pagar(pedido, valor), prazo)]))[0] as Resultado
export const varios = (servico: Servico, comandos: readonly AutorizarPagamento[]) =>
  servico.handle(comandos.map((comando) => envelope(comando)))

export const gravados = (db: BancoDeTeste) => eventosApos(db.leitura, 0, 1_000)
export const cadernoDe = (db: BancoDeTeste) =>
  db.leitura.todos<{ pedido_id: number; soma: number }>(
    'select pedido_id, soma from caderno order by soma',
  )
export async function nadaGravado(db: BancoDeTeste): Promise<void> {
  assert.deepEqual([await gravados(db), await cadernoDe(db)], [[], []])
}
