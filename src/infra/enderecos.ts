// Where each service answers: what was configured, else the table's port if free, else a free one.

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import type { Configuracao } from './configuracao.ts'
import type { EnderecosHttp } from './servico_aberto.ts'
import { PORTA_DO_GATEWAY, topologia } from './topologia.ts'

export interface Portas {
  readonly gateway: number
  readonly servicos: Readonly<Record<NomeServico, number>>
}

/** Ports for a whole system on this machine. An explicit one that is taken is an error (code 2). */
export async function escolherPortas(configuracao: Configuracao): Promise<Portas> {
  const tomadas: Server[] = []
  const escolher = async (quem: NomeServico | 'gateway', padrao: number): Promise<number> => {
    const pedida = configuracao.porta(quem)
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
    const servicos: Partial<Record<NomeServico, number>> = {}
    for (const nome of SERVICOS) servicos[nome] = await escolher(nome, topologia[nome].porta)
    const gateway = await escolher('gateway', PORTA_DO_GATEWAY)
    return { gateway, servicos: servicos as Record<NomeServico, number> }
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

export const enderecosDas = ({ servicos }: Portas): EnderecosHttp =>
  Object.fromEntries(
    SERVICOS.map((nome) => [nome, `http://127.0.0.1:${servicos[nome]}`]),
  ) as EnderecosHttp

/** What tells each child where it and all the others are. */
export const ambienteDasPortas = ({ gateway, servicos }: Portas): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...servicos, gateway }).map(([nome, porta]) => [
      `${nome.toUpperCase()}_PORTA`,
      String(porta),
    ]),
  )

/** For a service started alone: its neighbours are where they were said to be, or at home. */
export function enderecosPorConfiguracao(configuracao: Configuracao): EnderecosHttp {
  const enderecos = SERVICOS.map((nome) => {
    const porta = configuracao.porta(nome) ?? topologia[nome].porta
    return [nome, configuracao.url(nome) ?? `http://127.0.0.1:${porta}`]
  })
  return Object.fromEntries(enderecos) as EnderecosHttp
}
