// pagamentos: asks the provider outside the transaction, then writes down what came of it.
import type { Envelope } from '../../contratos/envelope.ts'
import type { PedidoId } from '../../contratos/ids.ts'
import { criarServico } from '../../persistencia/servico.ts'
import type { Contexto, ModuloDeServico } from '../partes.ts'
import { type Comandos, decide, type Estado, evolve, type Preparo } from './domain.ts'
import { abrirProvedor } from './provedor.ts'
import { abrir, importar, type Pagamento, pagamentoDoPedido } from './repository.ts'

export interface ConsultasDePagamentos {
  pagamento(id: PedidoId): Promise<Pagamento | undefined>
}

export const pagamentos = (): ModuloDeServico<ConsultasDePagamentos> => ({
  nome: 'pagamentos',
  esquema: new URL('./schema.sql', import.meta.url),
  importar,
  async iniciar({ db, operacoes, simulador, diretorio }: Contexto) {
    const provedor = abrirProvedor(diretorio, simulador)
    const pagamento = (id: PedidoId) => pagamentoDoPedido(db.leitura, id)

    async function preparar({ comando, prazo }: Envelope<Comandos>): Promise<Preparo> {
      // An imported payment was settled before this system existed: the provider knows none of it.
      const anterior = await pagamento(comando.pedido_id)
      if (anterior?.origem === 'historico') {
        return { aprovado: false, motivo: 'pedido_ja_processado' }
      }
      if (comando.tipo === 'AutorizarPagamento') return provedor.cobrar(comando, prazo)
      await provedor.estornar(comando)
      return { aprovado: false }
    }

    return {
      servico: criarServico<Comandos, Estado, Preparo>(
        { nome: 'pagamentos', decide, evolve, abrir, preparar, perguntaFora: () => true },
        db,
        operacoes,
      ),
      consultas: { pagamento },
      [Symbol.asyncDispose]: () => provedor[Symbol.asyncDispose](),
    }
  },
})
