// Opens gRPC for one service: its server on a port of its own, its channels to the others.
import { isIPv6 } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { ErroDeInicio } from '../../persistencia/database.ts'
import type { ConsultasDeCatalogo } from '../../servicos/catalogo/servico.ts'
import type { ConsultasDePedidos } from '../../servicos/pedidos/consultas.ts'
import type { Enderecos, Hospedeiro, ModoGrpc, PortaAberta, Sincrona } from '../arquitetura.ts'
import type { Credencial } from '../credencial.ts'
import { exigirCredencial } from './credencial.ts'
import { type Portas, portasDoFluxo, registrarMetodos } from './inbound.ts'
import { registrarOperacao } from './operacao.ts'
import { criarSaida, criarUnario } from './outbound.ts'
import { portasDePedidos, portasDoCatalogo } from './pedidos.ts'
import { criarFluxo } from './stream.ts'
import { registrarCanal } from './stream_inbound.ts'

/** As over HTTP (infra/servidor_http.ts): a hundred order lines are 5 KB. */
const MAIOR_MENSAGEM_BYTES = 256 * 1024
const OPCOES_DO_SERVIDOR = {
  'grpc.max_receive_message_length': MAIOR_MENSAGEM_BYTES,
  // Connections are renewed, so that new instances get their share. The grace is longer than the
  // life of a stream (stream_outbound.ts) and than any deadline: nothing under way is cut.
  'grpc.max_connection_age_ms': 600_000,
  'grpc.max_connection_age_grace_ms': 420_000,
  'grpc.enable_channelz': 0,
}
/** Who never ends a call of its own is cut then: before the supervisor would end the process. */
const ESPERA_AO_FECHAR_MS = 4_000

/** Its neighbours are asked, and it may be asked, only with `credencial`, where there is one. */
export function abrirGrpc(enderecos: Enderecos, modo: ModoGrpc, credencial?: Credencial): Sincrona {
  const saida = criarSaida(enderecos, credencial, modo === 'fluxo' ? criarFluxo : criarUnario)
  return {
    nome: 'grpc',
    enviar: saida.enviar,
    servir: (hospedeiro) => servir(hospedeiro, credencial),
    async [Symbol.asyncDispose]() {
      saida[Symbol.dispose]()
    },
  }
}

async function servir(hospedeiro: Hospedeiro, credencial: Credencial): Promise<PortaAberta> {
  const interceptors = exigirCredencial(credencial)
  const servidor = new Server({ ...OPCOES_DO_SERVIDOR, interceptors })
  const portas = portasDe(hospedeiro)
  registrarMetodos(servidor, portas)
  const canal = registrarCanal(servidor, portas)
  const operacao = registrarOperacao(servidor, hospedeiro.nome)
  const { porta, maquina = '127.0.0.1' } = hospedeiro
  const endereco = await escutar(servidor, porta, maquina)
  return {
    endereco,
    async [Symbol.asyncDispose]() {
      operacao[Symbol.dispose]()
      const fechado = fechar(servidor, endereco)
      await canal[Symbol.asyncDispose]()
      await fechado
    },
  }
}

function portasDe({ nome, atender, consultas, abertas }: Hospedeiro): Portas {
  if (nome === 'catalogo') return portasDoCatalogo(consultas as ConsultasDeCatalogo)
  if (nome === 'pedidos') return portasDePedidos(atender, consultas as ConsultasDePedidos, abertas)
  return portasDoFluxo(nome, atender)
}

/** The address really bound, e.g. `127.0.0.1:50051`. */
function escutar(servidor: Server, porta: number, maquina: string): Promise<string> {
  const host = isIPv6(maquina) ? `[${maquina}]` : maquina
  return new Promise((resolver, rejeitar) => {
    const credenciais = ServerCredentials.createInsecure()
    servidor.bindAsync(`${host}:${porta}`, credenciais, (erro, tomada) => {
      if (!erro) return resolver(`${host}:${tomada}`)
      const alheio = erro.message.includes('EADDRNOTAVAIL')
      const tomado = `a porta ${porta} já está em uso por outro programa`
      const dito = alheio ? `o endereço ${maquina} não é desta máquina` : tomado
      rejeitar(new ErroDeInicio(dito, 2, erro))
    })
  })
}

/**
 * Takes no new connection or call, and resolves when those under way have been answered. `drain`
 * cuts what is left after the wait: with channelz off, forceShutdown knows of no connection
 * (grpc-js 1.14.7, `_sessionHandler` in server.ts).
 */
function fechar(servidor: Server, endereco: string): Promise<void> {
  servidor.drain(endereco, ESPERA_AO_FECHAR_MS)
  return new Promise((resolver) => servidor.tryShutdown(() => resolver()))
}
