// The whole system on one page: what runs, on which port, and which service each one talks to.
import type { NomeAssinante, NomeServico } from '../contratos/ids.ts'
import { antifraude } from '../servicos/antifraude/servico.ts'
import { catalogo } from '../servicos/catalogo/servico.ts'
import { estoque } from '../servicos/estoque/servico.ts'
import { fiscal } from '../servicos/fiscal/servico.ts'
import { logistica } from '../servicos/logistica/servico.ts'
import { pagamentos } from '../servicos/pagamentos/servico.ts'
import type { ModuloDeServico } from '../servicos/partes.ts'
import { pedidos } from '../servicos/pedidos/servico.ts'
import type { Configuracao } from './configuracao.ts'

export interface Lugar {
  readonly porta: number
  readonly portaGrpc: number
  /** The next forward step, for the synchronous chain; pedidos walks back through all of them. */
  readonly continuaEm?: NomeServico
  /** Whom it asks on its own account, outside the flow. */
  readonly consulta: readonly NomeServico[]
  modulo(configuracao: Configuracao): ModuloDeServico
}

export const topologia: Readonly<Record<NomeServico, Lugar>> = {
  pedidos: {
    porta: 3001,
    portaGrpc: 50056,
    consulta: ['catalogo'],
    modulo: (c) => pedidos(c.ausentes),
  },
  antifraude: {
    porta: 3007,
    portaGrpc: 50057,
    consulta: [],
    modulo: (c) => antifraude(c.regrasDeAntifraude),
  },
  pagamentos: {
    porta: 3002,
    portaGrpc: 50051,
    continuaEm: 'estoque',
    consulta: [],
    modulo: pagamentos,
  },
  estoque: {
    porta: 3003,
    portaGrpc: 50052,
    continuaEm: 'fiscal',
    consulta: ['pedidos'],
    modulo: estoque,
  },
  fiscal: {
    porta: 3004,
    portaGrpc: 50053,
    continuaEm: 'logistica',
    consulta: ['pedidos'],
    modulo: fiscal,
  },
  logistica: { porta: 3005, portaGrpc: 50054, consulta: [], modulo: logistica },
  catalogo: {
    porta: 3006,
    portaGrpc: 50055,
    consulta: ['estoque'],
    modulo: (c) => catalogo(c.ausentes.includes('estoque') ? c.ecommerce : undefined),
  },
}
/** Each reads its topics, and is asked over HTTP what it made of them. */
export const PORTA_DO_ASSINANTE: Readonly<Record<NomeAssinante, number>> = {
  notificacoes: 3008,
  monitoramento: 3009,
  vendas: 3010,
}
export const PORTA_DO_GATEWAY = 8080
/** Where the gateway tells the subscribers how to reach a client. */
export const PORTA_INTERNA_DO_GATEWAY = 8081
export const PORTA_HTTPS_DO_GATEWAY = 8443
/** Of our own broker. */
export const PORTA_DO_KAFKA = 9092
/** Of our own server. */
export const PORTA_DO_POSTGRES = 5432
