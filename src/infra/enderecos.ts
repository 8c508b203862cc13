// Where each service answers: what was configured, else the table's port if free, else a free one.

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import type { Configuracao } from './configuracao.ts'
import { PORTA_DO_GATEWAY, topologia } from './topologia.ts'

export interface PortasDoServico {
  readonly rest: number
  readonly grpc: number
}
export interface Portas {
  readonly gateway: number
  readonly servicos: Readonly<Record<NomeServico, PortasDoServico>>
}

/** By service: `http://127.0.0.1:3002` over HTTP, `127.0.0.1:50051` over gRPC. */
export type EnderecosHttp = Readonly<Record<NomeServico, string>>
export interface Enderecos {
  readonly rest: EnderecosHttp
  readonly grpc: Readonly<Record<NomeServico, string>>
}

/** Ports for a whole system on this machine. An explicit one that is taken is an error (code 2). */
export async function escolherPortas(configuracao: Configuracao): Promise<Portas> {
  const tomadas: Server[] = []
  const escolher = async (quem: string, pedida: number | undefined, padrao: number) => {
    const reservada = await reservar(pedida ?? padrao)
    if (!reservada && pedida !== undefined) {
      throw new ErroDeInicio(`a porta ${pedida}, pedida para ${quem}, já está em uso`, 2)
    }
    const servidor = reservada ?? (await reservar(0))
    if (!servidor) throw new ErroDeInicio('não há porta livre nesta máquina')
    tomadas.push(servidor)
    return (servidor.address() as { port: number }).port
  }
  try {
    const servicos: Partial<Record<NomeServico, PortasDoServico>> = {}
    for (const nome of SERVICOS) {
      const { porta, portaGrpc } = topologia[nome]
      const rest = await escolher(nome, configuracao.porta(nome), porta)
      const grpc = await escolher(`${nome} (gRPC)`, configuracao.portaGrpc(nome), portaGrpc)
      servicos[nome] = { rest, grpc }
    }
    const gateway = await escolher('gateway', configuracao.porta('gateway'), PORTA_DO_GATEWAY)
    return { gateway, servicos: servicos as Portas['servicos'] }
  } finally {
    await Promise.all(tomadas.map((servidor) => servidor[Symbol.asyncDispose]()))
  }
}

/** A port held until the choice is complete, so that no two services get the same. */
async function reservar(porta: number): Promise<Server | undefined> {
  const servidor = createServer()
  servidor.listen({ port: porta, host: '127.0.0.1', exclusive: true })
  try {
    await once(servidor, 'listening')
    return servidor
  } catch {
    return undefined
  }
}

/** `preferida` if it is free now, else 0: the system gives another. */
export async function portaLivre(preferida: number): Promise<number> {
  await using reservada = await reservar(preferida)
  return reservada ? preferida : 0
}

const porServico = (endereco: (nome: NomeServico) => string): EnderecosHttp =>
  Object.fromEntries(SERVICOS.map((nome) => [nome, endereco(nome)])) as EnderecosHttp

export const enderecosDas = ({ servicos }: Portas): Enderecos => ({
  rest: porServico((nome) => `http://127.0.0.1:${servicos[nome].rest}`),
  grpc: porServico((nome) => `127.0.0.1:${servicos[nome].grpc}`),
})

/** What tells each child where it and all the others are. */
export function ambienteDasPortas({ gateway, servicos }: Portas): Record<string, string> {
  const ambiente: Record<string, string> = { GATEWAY_PORTA: String(gateway) }
  for (const [nome, { rest, grpc }] of Object.entries(servicos)) {
    ambiente[`${nome.toUpperCase()}_PORTA`] = String(rest)
    ambiente[`${nome.toUpperCase()}_GRPC_PORTA`] = String(grpc)
  }
  return ambiente
}

/** Port 0 for everybody: the system picks, so that systems run beside each other. */
export const QUAISQUER_PORTAS: Readonly<Record<string, string>> = Object.fromEntries(
  [...SERVICOS, 'gateway'].flatMap((nome) => [
    [`${nome.toUpperCase()}_PORTA`, '0'],
    [`${nome.toUpperCase()}_GRPC_PORTA`, '0'],
  ]),
)

/** For a service started alone: its neighbours are where they were said to be, or at home. */
export function enderecosPorConfiguracao(configuracao: Configuracao): Enderecos {
  const http = (nome: NomeServico) => configuracao.porta(nome) ?? topologia[nome].porta
  const grpc = (nome: NomeServico) => configuracao.portaGrpc(nome) ?? topologia[nome].portaGrpc
  return {
    rest: porServico((nome) => configuracao.url(nome) ?? `http://127.0.0.1:${http(nome)}`),
    grpc: porServico((nome) => configuracao.grpc(nome) ?? `127.0.0.1:${grpc(nome)}`),
  }
}
