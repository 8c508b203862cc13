// logistica: the last step forward and the first one back.
import type { PedidoId } from '../../contratos/ids.ts'
import { criarServico } from '../../persistencia/servico.ts'
import type { Contexto, ModuloDeServico } from '../partes.ts'
import { type Comandos, decide, type Estado, evolve, type Preparo } from './domain.ts'
import { abrir, type Envio, envioDoPedido, importar } from './repository.ts'

export interface ConsultasDeLogistica {
  envio(id: PedidoId): Promise<Envio | undefined>
}

export const logistica = (): ModuloDeServico<ConsultasDeLogistica> => ({
  nome: 'logistica',
  esquema: new URL('./schema.sql', import.meta.url),
  importar,
  iniciar: async ({ db, operacoes, simulador }: Contexto) => ({
    servico: criarServico<Comandos, Estado, Preparo>(
      {
        nome: 'logistica',
        decide,
        evolve,
        abrir,
        perguntaFora: ({ tipo }) => tipo === 'AgendarEnvio' && simulador.demora(),
        preparar: async ({ comando }) => ({
          sucesso: comando.tipo !== 'AgendarEnvio' || (await simulador.simular(comando)),
        }),
      },
      db,
      operacoes,
    ),
    consultas: { envio: (id) => envioDoPedido(db.leitura, id) },
    [Symbol.asyncDispose]: async () => undefined,
  }),
})
