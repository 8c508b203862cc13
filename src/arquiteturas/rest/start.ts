// Opens REST for one service: its routes on the process's HTTP server, its pools to the others.
import type { ConsultasDePedidos } from '../../servicos/pedidos/consultas.ts'
import type { Aberta, Enderecos } from '../arquitetura.ts'
import { registrarRotas } from './inbound.ts'
import { criarSaida } from './outbound.ts'
import { registrarPedidos } from './pedidos.ts'

export function abrirRest(enderecos: Enderecos): Aberta {
  const saida = criarSaida(enderecos)
  return {
    nome: 'rest',
    enviar: saida.enviar,
    async servir({ app, nome, atender, consultas }) {
      await app.register(async (rotas) => {
        registrarRotas(rotas, nome, atender)
        if (nome === 'pedidos') registrarPedidos(rotas, atender, consultas as ConsultasDePedidos)
      })
    },
    [Symbol.asyncDispose]: () => saida[Symbol.asyncDispose](),
  }
}
