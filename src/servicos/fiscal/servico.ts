// fiscal: the number is taken inside the transaction, so the series has no gap.
import type { Envelope } from '../../contratos/envelope.ts'
import type { PedidoId } from '../../contratos/ids.ts'
import { criarServico } from '../../persistencia/servico.ts'
import type { Contexto, ModuloDeServico } from '../partes.ts'
import { sorteio } from '../simulacao.ts'
import { type Comandos, decide, type Estado, evolve, type Preparo } from './domain.ts'
import { abrir, importar, type Nota, notaDoPedido } from './repository.ts'

export interface ConsultasDeFiscal {
  nota(id: PedidoId): Promise<Nota | undefined>
}

export const fiscal = (): ModuloDeServico<ConsultasDeFiscal> => ({
  nome: 'fiscal',
  esquema: new URL('./schema.sql', import.meta.url),
  importar,
  async iniciar({ db, operacoes, simulador, vizinhos }: Contexto) {
    const perguntaFora = (comando: Comandos): boolean =>
      comando.tipo === 'EmitirNota' && (comando.valor_centavos === undefined || simulador.demora())
    async function preparar({ comando }: Envelope<Comandos>): Promise<Preparo> {
      if (comando.tipo === 'CancelarNota') return { valor: undefined, sucesso: true, codigo: 0 }
      const { pedido_id, valor_centavos } = comando
      const valor = valor_centavos ?? (await vizinhos.compra(pedido_id)).valor_centavos
      const codigo = Math.floor(sorteio('cNF', pedido_id) * 100_000_000)
      return { valor, sucesso: await simulador.simular(comando), codigo }
    }
    return {
      servico: criarServico<Comandos, Estado, Preparo>(
        { nome: 'fiscal', decide, evolve, abrir, preparar, perguntaFora },
        db,
        operacoes,
      ),
      consultas: { nota: (id) => notaDoPedido(db.leitura, id) },
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})
