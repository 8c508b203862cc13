// antifraude: one command, its rules, its table.
import type { AnalisarPedido } from '../../contratos/comandos.ts'
import type { PedidoId } from '../../contratos/ids.ts'
import { criarServico } from '../../persistencia/servico.ts'
import type { Contexto, ModuloDeServico } from '../partes.ts'
import { decide, type Estado, evolve, type Preparo, REGRAS_PADRAO, type Regras } from './domain.ts'
import { type Analise, abrir, analiseDoPedido } from './repository.ts'

export interface ConsultasDeAntifraude {
  analise(id: PedidoId): Promise<Analise | undefined>
}

export const antifraude = (
  regras: Regras = REGRAS_PADRAO,
): ModuloDeServico<ConsultasDeAntifraude> => ({
  nome: 'antifraude',
  esquema: new URL('./schema.sql', import.meta.url),
  importar: async () => undefined,
  iniciar: async ({ db, operacoes, simulador }: Contexto) => ({
    servico: criarServico<AnalisarPedido, Estado, Preparo>(
      {
        nome: 'antifraude',
        decide,
        evolve,
        abrir,
        perguntaFora: () => simulador.demora(),
        preparar: async ({ comando }) => ({ regras, sucesso: await simulador.simular(comando) }),
      },
      db,
      operacoes,
    ),
    consultas: { analise: (id) => analiseDoPedido(db.leitura, id) },
    [Symbol.asyncDispose]: async () => undefined,
  }),
})
