// Where each service answers: what was configured, else the table's port if free, else a free one.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, isIPv6, type Server } from 'node:net'
import { ASSINANTES, type NomeAssinante, type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import type { Configuracao } from './configuracao.ts'
import { servicosPresentes } from './servicos_ausentes.ts'
import {
  PORTA_DO_ASSINANTE,
  PORTA_DO_GATEWAY,
  PORTA_DO_KAFKA,
  PORTA_DO_POSTGRES,
  PORTA_HTTPS_DO_GATEWAY,
  PORTA_INTERNA_DO_GATEWAY,
  topologia,
} from './topologia.ts'

export interface PortasDoServico {
  readonly rest: number
  readonly grpc: number
}
export interface Portas {
  readonly gateway: number
  readonly gatewayHttps: number
  readonly gatewayInterno: number
  readonly servicos: Readonly<Record<NomeServico, PortasDoServico>>
  readonly assinantes: Readonly<Record<NomeAssinante, number>>
  /** Of a broker of our own. */
  readonly kafka: number | undefined
  /** Of a PostgreSQL of our own. */
  readonly postgres: number | undefined
  /** Where the services are found, as a URL has it. */
  readonly hospedeiro: string
}

const LOCAL = '127.0.0.1'

/** By service: `http://127.0.0.1:3002` over HTTP, `127.0.0.1:50051` over gRPC. */
export type EnderecosHttp = Readonly<Record<NomeServico, string>>
export type EnderecosDosAssinantes = Readonly<Record<NomeAssinante, string>>
export interface Enderecos {
  readonly rest: EnderecosHttp
  readonly grpc: Readonly<Record<NomeServico, string>>
  readonly assinantes: EnderecosDosAssinantes
  /** Where the gateway answers the subscribers. */
  readonly gatewayInterno: string
}

/** Whom the gateway asks. */
export const doGateway = ({ rest, assinantes }: Enderecos) => ({ ...rest, ...assinantes })

/** Ports for a whole system on this machine. An explicit one that is taken is an error (code 2). */
export async function escolherPortas(
  configuracao: Configuracao,
  brokerProprio = false,
  postgresProprio = false,
): Promise<Portas> {
  const tomadas: Server[] = []
  const escolher = async (
    quem: string,
    pedida: number | undefined,
    padrao: number,
    endereco = LOCAL,
  ) => {
    const reservada = await reservar(pedida ?? padrao, endereco)
    if (!reservada && pedida !== undefined) {
      throw new ErroDeInicio(`a porta ${pedida}, pedida para ${quem}, já está em uso`, 2)
    }
    const servidor = reservada ?? (await reservar(0, endereco))
    if (!servidor) throw new ErroDeInicio('não há porta livre nesta máquina')
    tomadas.push(servidor)
    return (servidor.address() as { port: number }).port
  }
  try {
    const { endereco } = configuracao
    const servicos: Partial<Record<NomeServico, PortasDoServico>> = {}
    for (const nome of SERVICOS) {
      const { porta, portaGrpc } = topologia[nome]
      const rest = await escolher(nome, configuracao.porta(nome), porta, endereco)
      const pedida = configuracao.portaGrpc(nome)
      const grpc = await escolher(`${nome} (gRPC)`, pedida, portaGrpc, endereco)
      servicos[nome] = { rest, grpc }
    }
    const assinantes: Partial<Record<NomeAssinante, number>> = {}
    for (const nome of ASSINANTES) {
      const padrao = PORTA_DO_ASSINANTE[nome]
      assinantes[nome] = await escolher(nome, configuracao.porta(nome), padrao, endereco)
    }
    const gateway = await escolher('gateway', configuracao.porta('gateway'), PORTA_DO_GATEWAY)
    const gatewayHttps = await escolher(
      ...(['gateway (HTTPS)', configuracao.porta('gateway_tls'), PORTA_HTTPS_DO_GATEWAY] as const),
      configuracao.enderecoTls,
    )
    const interna = configuracao.porta('gateway_interno')
    const gatewayInterno = await escolher(
      ...(['gateway (interna)', interna, PORTA_INTERNA_DO_GATEWAY, endereco] as const),
    )
    const kafka = brokerProprio
      ? await escolher('kafka', configuracao.porta('kafka'), PORTA_DO_KAFKA)
      : undefined
    const postgres = postgresProprio
      ? await escolher('postgres', configuracao.porta('postgres'), PORTA_DO_POSTGRES)
      : undefined
    const hospedeiro = hospedeiroDe(endereco)
    return {
      ...{ gateway, gatewayHttps, gatewayInterno, kafka, postgres, hospedeiro },
      servicos: servicos as Portas['servicos'],
      assinantes: assinantes as Portas['assinantes'],
    }
  } finally {
    await Promise.all(tomadas.map((servidor) => servidor[Symbol.asyncDispose]()))
  }
}

/** Below those that a system gives to whoever connects: so nobody takes one before it is opened. */
const QUALQUER = { de: 20_000, quantas: 12_000, tentativas: 20 }

/**
 * A port held until the choice is complete, so that no two services get the same; undefined when
 * it is taken; for 0, any. Errors: ErroDeInicio (code 2) when the address is not of this machine.
 */
export async function reservar(porta: number, endereco: string): Promise<Server | undefined> {
  if (porta !== 0) return ocupar(porta, endereco)
  for (let i = 0; i < QUALQUER.tentativas; i++) {
    const sorteada = QUALQUER.de + Math.floor(Math.random() * QUALQUER.quantas)
    const servidor = await ocupar(sorteada, endereco)
    if (servidor && (await reivindicar(sorteada))) return servidor
    await servidor?.[Symbol.asyncDispose]()
  }
  return ocupar(0, endereco)
}

/**
 * Holds UDP's port of that number for as long as this process lives. TCP's has to be let go before
 * it is opened by whoever it was chosen for, and again at each of that one's falls: nobody else
 * must draw it meanwhile.
 */
async function reivindicar(porta: number): Promise<boolean> {
  const soquete = createSocket('udp4')
  soquete.bind({ port: porta, address: LOCAL, exclusive: true })
  try {
    await once(soquete, 'listening')
    soquete.unref()
    return true
  } catch (erro) {
    soquete.close()
    // Where UDP may not be opened at all, nobody holds any.
    return (erro as NodeJS.ErrnoException).code !== 'EADDRINUSE'
  }
}

async function ocupar(porta: number, endereco: string): Promise<Server | undefined> {
  const servidor = createServer()
  servidor.listen({ port: porta, host: endereco, exclusive: true })
  try {
    await once(servidor, 'listening')
    return servidor
  } catch (erro) {
    recusarSeAlheio(endereco, erro)
    return undefined
  }
}

/** Throws for an address that no interface of this machine has: no other port would help. */
export function recusarSeAlheio(endereco: string, erro: unknown): void {
  if ((erro as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') return
  throw new ErroDeInicio(`o endereço ${endereco} não é desta máquina`, 2, erro)
}

/** For a URL: where one that listens on `endereco` is found from this machine. */
export function hospedeiroDe(endereco: string): string {
  if (endereco === '0.0.0.0' || endereco === '::') return LOCAL
  return isIPv6(endereco) ? `[${endereco}]` : endereco
}

/** `preferida` if it is free now, else 0: the system gives another. */
export async function portaLivre(preferida: number, endereco = LOCAL): Promise<number> {
  await using reservada = await reservar(preferida, endereco)
  return reservada ? preferida : 0
}

const porServico = (endereco: (nome: NomeServico) => string): EnderecosHttp =>
  Object.fromEntries(SERVICOS.map((nome) => [nome, endereco(nome)])) as EnderecosHttp

const porAssinante = (endereco: (nome: NomeAssinante) => string): EnderecosDosAssinantes =>
  Object.fromEntries(ASSINANTES.map((n) => [n, endereco(n)])) as EnderecosDosAssinantes

export const enderecosDas = ({
  servicos,
  assinantes,
  gatewayInterno,
  hospedeiro,
}: Portas): Enderecos => ({
  rest: porServico((nome) => `http://${hospedeiro}:${servicos[nome].rest}`),
  grpc: porServico((nome) => `${hospedeiro}:${servicos[nome].grpc}`),
  assinantes: porAssinante((nome) => `http://${hospedeiro}:${assinantes[nome]}`),
  gatewayInterno: `http://${hospedeiro}:${gatewayInterno}`,
})

/** With --junto, whoever takes the place of an absent service is where it was said to be. */
export function comOsAlheios(nossas: Enderecos, configuracao: Configuracao): Enderecos {
  const { rest, grpc } = nossas
  const nossos = servicosPresentes(configuracao)
  const ou = (nome: NomeServico, alheio: string | undefined, nosso: string) =>
    nossos.includes(nome) ? nosso : (alheio ?? nosso)
  return {
    ...nossas,
    rest: porServico((nome) => ou(nome, configuracao.url(nome), rest[nome])),
    grpc: porServico((nome) => ou(nome, configuracao.grpc(nome), grpc[nome])),
  }
}

/** What tells each child where it and all the others are. */
export function ambienteDasPortas(portas: Portas): Record<string, string> {
  const { gateway, gatewayHttps, gatewayInterno, servicos, assinantes } = portas
  const ambiente: Record<string, string> = {
    GATEWAY_PORTA: String(gateway),
    GATEWAY_TLS_PORTA: String(gatewayHttps),
    GATEWAY_INTERNO_PORTA: String(gatewayInterno),
  }
  for (const [nome, { rest, grpc }] of Object.entries(servicos)) {
    ambiente[`${nome.toUpperCase()}_PORTA`] = String(rest)
    ambiente[`${nome.toUpperCase()}_GRPC_PORTA`] = String(grpc)
  }
  for (const [nome, porta] of Object.entries(assinantes)) {
    ambiente[`${nome.toUpperCase()}_PORTA`] = String(porta)
  }
  return ambiente
}

const OUTROS = ['gateway', 'gateway_tls', 'gateway_interno', 'kafka', 'postgres'] as const
/** Port 0 for everybody: the system picks, so that systems run beside each other. */
export const QUAISQUER_PORTAS: Readonly<Record<string, string>> = Object.fromEntries(
  [...SERVICOS, ...ASSINANTES, ...OUTROS].flatMap((nome) => [
    [`${nome.toUpperCase()}_PORTA`, '0'],
    [`${nome.toUpperCase()}_GRPC_PORTA`, '0'],
  ]),
)

/** For a service started alone: its neighbours are where they were said to be, or at home. */
export function enderecosPorConfiguracao(configuracao: Configuracao): Enderecos {
  const hospedeiro = hospedeiroDe(configuracao.endereco)
  const http = (nome: NomeServico) => configuracao.porta(nome) ?? topologia[nome].porta
  const grpc = (nome: NomeServico) => configuracao.portaGrpc(nome) ?? topologia[nome].portaGrpc
  const interna = configuracao.porta('gateway_interno') ?? PORTA_INTERNA_DO_GATEWAY
  return {
    rest: porServico((nome) => configuracao.url(nome) ?? `http://${hospedeiro}:${http(nome)}`),
    grpc: porServico((nome) => configuracao.grpc(nome) ?? `${hospedeiro}:${grpc(nome)}`),
    assinantes: porAssinante((nome) => {
      const porta = configuracao.porta(nome) ?? PORTA_DO_ASSINANTE[nome]
      return configuracao.url(nome) ?? `http://${hospedeiro}:${porta}`
    }),
    gatewayInterno: configuracao.url('gateway_interno') ?? `http://${hospedeiro}:${interna}`,
  }
}
