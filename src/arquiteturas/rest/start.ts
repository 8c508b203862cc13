// Opens REST for one service: its routes on the process's HTTP server, its pools to the others.
import type { Enderecos, Sincrona } from '../arquitetura.ts'
import type { Credencial } from '../credencial.ts'
import { registrarRotas } from './inbound.ts'
import { criarSaida } from './outbound.ts'

export function abrirRest(enderecos: Enderecos, credencial?: Credencial): Sincrona {
  const saida = criarSaida(enderecos, credencial)
  return {
    nome: 'rest',
    enviar: saida.enviar,
    async servir({ app, nome, atender }) {
      await app.register(async (rotas) => registrarRotas(rotas, nome, atender))
      // The routes close with the process's server.
      return { [Symbol.asyncDispose]: async () => undefined }
    },
    [Symbol.asyncDispose]: () => saida[Symbol.asyncDispose](),
  }
}
