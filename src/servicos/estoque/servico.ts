// estoque: the reservation is decided inside the transaction, over the real numbers.
import type { Envelope } from '../../contratos/envelope.ts'
import type { PedidoId, ProdutoId } from '../../contratos/ids.ts'
import type { ReporEstoque } from '../../contratos/produtos.ts'
import { criarServico } from '../../persistencia/servico.ts'
import type { Contexto, ModuloDeServico } from '../partes.ts'
import { type Comandos, decide, type Estado, evolve, type Preparo } from './domain.ts'
import { type Reposicao, reporEstoque } from './reposicoes.ts'
import {
  abrir,
  importar,
  type LinhaDeSeparacao,
  separacaoDoPedido,
  unidadesLivres,
} from './repository.ts'

export interface ConsultasDeEstoque {
  separacao(id: PedidoId): Promise<LinhaDeSeparacao | undefined>
  unidadesLivres(): Promise<ReadonlyMap<ProdutoId, number>>
  repor(comando: ReporEstoque): Promise<Reposicao>
}

export const estoque = (): ModuloDeServico<ConsultasDeEstoque> => ({
  nome: 'estoque',
  esquema: new URL('./schema.sql', import.meta.url),
  importar,
  async iniciar({ db, operacoes, simulador, vizinhos }: Contexto) {
    const perguntaFora = (comando: Comandos): boolean =>
      comando.tipo === 'SepararEstoque' && (!comando.itens || simulador.demora())
    async function preparar({ comando }: Envelope<Comandos>): Promise<Preparo> {
      if (comando.tipo === 'LiberarEstoque') return { itens: [], sucesso: true }
      const itens = comando.itens ?? (await vizinhos.compra(comando.pedido_id)).itens
      return { itens, sucesso: await simulador.simular(comando) }
    }
    return {
      servico: criarServico<Comandos, Estado, Preparo>(
        { nome: 'estoque', decide, evolve, abrir, preparar, perguntaFora },
        db,
        operacoes,
      ),
      consultas: {
        separacao: (id) => separacaoDoPedido(db.leitura, id),
        unidadesLivres: () => unidadesLivres(db.leitura),
        repor: (comando) => reporEstoque(db, comando),
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})
