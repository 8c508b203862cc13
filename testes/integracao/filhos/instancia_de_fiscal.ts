// One instance of fiscal in a process of its own, over a PostgreSQL that it shares: opens it, then
// on each message issues the notas asked for, batch by batch, and says what became of them.
import { fork } from 'node:child_process'
import { comoPedidoId } from '../../../src/contratos/ids.ts'
import { abrirBanco } from '../../../src/infra/banco_do_servico.ts'
import { fiscal } from '../../../src/servicos/fiscal/servico.ts'
import { criarSimulador } from '../../../src/servicos/simulacao.ts'
import { envelope, resumido, SEM_REGISTRO } from '../../banco.ts'

export interface Tarefa {
  readonly primeiro: number
  readonly lotes: number
  readonly porLote: number
}
export type Contagem = Readonly<Record<string, number>>

export const iniciarInstancia = (diretorio: string, ecommerce: string, postgres: string) =>
  fork(import.meta.filename, [diretorio, ecommerce, postgres], { execArgv: [] })

if (import.meta.main) {
  const [diretorio = '', ecommerce = '', postgres = ''] = process.argv.slice(2)
  const modulo = fiscal()
  const db = await abrirBanco(modulo, diretorio, { ecommerce, postgres })
  const vizinho = async (): Promise<never> => {
    throw new Error('ninguém deveria perguntar')
  }
  const { servico } = await modulo.iniciar({
    ...{ db, diretorio, operacoes: SEM_REGISTRO, simulador: criarSimulador('fiscal') },
    vizinhos: { produtos: vizinho, unidadesLivres: vizinho, compra: vizinho },
  })
  process.on('message', async ({ primeiro, lotes, porLote }: Tarefa) => {
    const contagem: Record<string, number> = {}
    for (let lote = 0; lote < lotes; lote++) {
      const comandos = Array.from({ length: porLote }, (_, i) => ({
        tipo: 'EmitirNota' as const,
        pedido_id: comoPedidoId(primeiro + lote * porLote + i),
        valor_centavos: 1_000 as never,
      }))
      for (const resultado of await servico.handle(comandos.map((c) => envelope(c)))) {
        const fim = resumido(resultado)
        contagem[fim] = (contagem[fim] ?? 0) + 1
      }
    }
    process.send?.(contagem)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.('aberta')
}
