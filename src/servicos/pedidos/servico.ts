// pedidos: creates the order at the catalogue's price and follows it to its end.
import type { Envelope } from '../../contratos/envelope.ts'
import type { Substituivel } from '../../contratos/ids.ts'
import { criarServico } from '../../persistencia/servico.ts'
import type { Contexto, ModuloDeServico } from '../partes.ts'
import { type ConsultasDePedidos, consultasDePedidos } from './consultas.ts'
import { type Comandos, decide, type Estado, evolve, type Preparo } from './domain.ts'
import { criarPrecos } from './precos.ts'
import { abrir, importar } from './repository.ts'

export const pedidos = (
  ausentes: readonly Substituivel[] = [],
): ModuloDeServico<ConsultasDePedidos> => ({
  nome: 'pedidos',
  esquema: new URL('./schema.sql', import.meta.url),
  importar,
  async iniciar({ db, operacoes, vizinhos }: Contexto) {
    const precos = criarPrecos(vizinhos.produtos)
    const semPrecos: Preparo = { produtos: new Map(), ausentes }
    const perguntaFora = (comando: Comandos): boolean => comando.tipo === 'CriarPedido'
    async function preparar({ comando }: Envelope<Comandos>): Promise<Preparo> {
      if (comando.tipo !== 'CriarPedido') return semPrecos
      return { ausentes, produtos: await precos(comando.itens.map((i) => i.produto_id)) }
    }
    return {
      servico: criarServico<Comandos, Estado, Preparo>(
        { nome: 'pedidos', decide, evolve, abrir, preparar, perguntaFora },
        db,
        operacoes,
      ),
      consultas: consultasDePedidos(db),
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})
